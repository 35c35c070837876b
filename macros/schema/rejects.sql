{# The reasons for which a delivered row cannot be used. The first that holds is the row's. #}

{% macro row_fault(
    required=[], dates=[], timestamps=[], numbers=[], integers=[], booleans=[],
    codes={}, not_negative=[], positive=[]
) -%}
    case
        {%- for column in required %}
            when {{ as_text(column) }} is null then 'missing_value:{{ column }}'
        {%- endfor %}
        {%- for column in dates %}
            when {{ as_text(column) }} is not null and {{ as_date(column) }} is null
                then 'unparsable_date:{{ column }}'
        {%- endfor %}
        {%- for column in timestamps %}
            when {{ as_text(column) }} is not null and {{ as_timestamp(column) }} is null
                then 'unparsable_timestamp:{{ column }}'
        {%- endfor %}
        {%- for column in numbers %}
            when {{ as_text(column) }} is not null and {{ as_number(column) }} is null
                then 'unparsable_number:{{ column }}'
        {%- endfor %}
        {%- for column in integers %}
            when {{ as_text(column) }} is not null and {{ as_integer(column) }} is null
                then 'unparsable_integer:{{ column }}'
        {%- endfor %}
        {%- for column in booleans %}
            when {{ as_text(column) }} is not null and {{ as_boolean(column) }} is null
                then 'unparsable_boolean:{{ column }}'
        {%- endfor %}
        {%- for column, allowed in codes.items() %}
            when {{ as_code(column, allowed) }} not in ('{{ allowed | join("', '") }}')
                then 'unknown_code:{{ column }}'
        {%- endfor %}
        {%- for column in not_negative %}
            when {{ as_number(column) }} < 0 then 'negative_value:{{ column }}'
        {%- endfor %}
        {%- for column in positive %}
            when {{ as_number(column) }} <= 0 then 'not_positive:{{ column }}'
        {%- endfor %}
    end
{%- endmacro %}

{% macro reject_orphan(column, parent, parent_column) -%}
    when
        {{ column }} is not null
        and {{ column }} not in (
            select {{ parent_column }} from {{ parent }} where reject_reason is null
        )
        and exists (select 1 from {{ parent }} where reject_reason is null)
        then 'orphan:{{ column }}'
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
