{# Arithmetic of decimals, where engines differ in type or speed. #}

{# Division: a decimal on one engine, a double on the other; here always a decimal. #}

{% macro divide(numerator, denominator, scale) -%}
    cast(
        cast({{ numerator }} as double)
        / nullif(cast(case when {{ denominator }} > 0 then {{ denominator }} end as double), 0)
        as decimal(18, {{ scale }})
    )
{%- endmacro %}

{% macro percent_of(part, whole) -%}
    case
        when
            {{ whole }} <> 0
            and abs(cast({{ part }} as double) / cast({{ whole }} as double)) < 100000000000
            then
                cast(
                    100 * cast({{ part }} as double) / cast({{ whole }} as double)
                    as decimal(18, 4)
                )
    end
{%- endmacro %}

{# Whole numbers of up to 38 digits. #}
{% macro long_number_type() %}{{ return(adapter.dispatch('long_number_type')()) }}{% endmacro %}

{% macro default__long_number_type() -%} decimal(38, 0) {%- endmacro %}

{% macro duckdb__long_number_type() -%} hugeint {%- endmacro %}

{# All digits of a decimal as one whole number. Leaving out the point of its text is a third of the time of 128-bit division. #}
{% macro digits_of(decimal_number, scale) %}{{ return(adapter.dispatch('digits_of')(decimal_number, scale)) }}{% endmacro %}

{% macro default__digits_of(decimal_number, scale) -%}
    cast({{ decimal_number }} * cast({{ 10 ** scale }} as decimal({{ scale + 1 }}, 0)) as decimal(38, 0))
{%- endmacro %}

{% macro duckdb__digits_of(decimal_number, scale) -%}
    cast(replace(cast({{ decimal_number }} as varchar), '.', '') as hugeint)
{%- endmacro %}
