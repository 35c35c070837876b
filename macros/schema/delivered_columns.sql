{# The casts of the staging layer: each takes the name of a delivered text column. #}

{% macro as_text(column) %}nullif(trim({{ column }}), ''){% endmacro %}

{% macro as_code(column, allowed) -%}
    case lower(trim({{ column }}))
        {%- for code in allowed %} when '{{ code | lower }}' then '{{ code }}'{% endfor %}
        else {{ as_text(column) }}
    end
{%- endmacro %}

{% macro as_date(column) %}{{ parse_date(as_text(column), 'date_formats') }}{% endmacro %}

{% macro as_timestamp(column) %}{{ parse_timestamp(as_text(column), 'date_formats') }}{% endmacro %}

{% macro as_number(column) %}{{ parse_number(as_text(column), 'decimal_separator') }}{% endmacro %}

{% macro as_integer(column) -%}
    cast(
        case
            when {{ as_number(column) }} = floor({{ as_number(column) }})
                and abs({{ as_number(column) }}) < 2000000000
                then {{ as_number(column) }}
        end as integer
    )
{%- endmacro %}

{% macro as_boolean(column) -%}
    case
        when lower(trim({{ column }})) in ('true', 't', 'yes', 'y', '1') then true
        when lower(trim({{ column }})) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}

{# Dates of effective rows: an empty start or end is open and becomes a date beyond any period. #}

{% macro open_start(column) -%}
    case
        when {{ as_text(column) }} is null then cast('1900-01-01' as date)
        else {{ as_date(column) }}
    end
{%- endmacro %}

{% macro open_end(column) -%}
    case
        when {{ as_text(column) }} is null then cast('9999-12-31' as date)
        else {{ as_date(column) }}
    end
{%- endmacro %}
