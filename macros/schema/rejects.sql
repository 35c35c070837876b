{# The reasons for which a delivered row cannot be used. The first that holds is the row's. #}

{% macro row_fault(
    required=[], dates=[], timestamps=[], numbers=[], integers=[], booleans=[],
    codes={}, not_negative=[], positive=[], objects=[], ordered=[]
) -%}
    case
        {%- for column in required %}
            when {{ is_empty(column, dates + timestamps + numbers + integers + booleans) }}
                then 'missing_value:{{ column }}'
        {%- endfor %}
        {%- for kind, columns in [
            ('date', dates), ('timestamp', timestamps), ('number', numbers),
            ('integer', integers), ('boolean', booleans),
        ] %}
            {%- for column in columns %}
            when {{ column }} is null and {{ as_text('delivered_text.' ~ column) }} is not null
                then 'unparsable_{{ kind }}:{{ column }}'
            {%- endfor %}
        {%- endfor %}
        {%- for column, allowed in codes.items() %}
            when {{ column }} not in ('{{ allowed | join("', '") }}')
                then 'unknown_code:{{ column }}'
        {%- endfor %}
        {%- for column in not_negative %}
            when {{ column }} < 0 then 'negative_value:{{ column }}'
        {%- endfor %}
        {%- for column in positive %}
            when {{ column }} <= 0 then 'not_positive:{{ column }}'
        {%- endfor %}
        {%- for first, last in ordered %}
            when {{ first }} > {{ last }} then 'reversed_dates:{{ last }}'
        {%- endfor %}
        {%- for column in objects %}
            when upper({{ column }}) in ('{{ reserved_object_names() | join("', '") }}')
                then 'reserved_name:{{ column }}'
        {%- endfor %}
    end
{%- endmacro %}

{# Names of places where money stands without a receiver, and of any: no object bears them. #}
{% macro reserved_object_names() %}
    {{ return([
        'UNALLOCATED', 'IDLE_CAPACITY', 'UNTAGGED', 'VOLUME_VARIANCE', 'SPENDING_VARIANCE', 'DIRECT', '*',
    ]) }}
{% endmacro %}

{% macro is_empty(column, cast_columns) -%}
    {{ as_text('delivered_text.' ~ column) if column in cast_columns else column }} is null
{%- endmacro %}

{% macro reject_orphan(column, parent, parent_column, named=none) -%}
    when
        {{ column }} is not null
        and {{ column }} not in (
            select {{ parent_column }} from {{ parent }} where reject_reason is null
        )
        and exists (select 1 from {{ parent }} where reject_reason is null)
        then 'orphan:{{ named or column }}'
{%- endmacro %}

{% macro reject_unknown_period(column, fiscal_days) -%}
    when
        {{ column }} is not null
        and {{ column }} not in (select day from {{ fiscal_days }})
        then 'unknown_period:{{ column }}'
{%- endmacro %}

{% macro repeated_key(columns, other_fault) -%}
    case
        when
            row_number() over (
                partition by {{ columns | join(', ') }}, {{ other_fault }} is null
                order by file_name, line_number
            ) > 1
            then 'repeated_key:{{ columns | join(',') }}'
    end
{%- endmacro %}
