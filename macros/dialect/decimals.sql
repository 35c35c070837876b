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

{# All digits of a decimal below a million millions as one whole number. Division of 128 bits takes eight times as long as its whole part and the rest by themselves, of which doubles hold every digit. #}
{% macro digits_of(decimal_number, scale) %}{{ return(adapter.dispatch('digits_of')(decimal_number, scale)) }}{% endmacro %}

{% macro default__digits_of(decimal_number, scale) -%}
    cast({{ decimal_number }} * cast({{ 10 ** scale }} as decimal({{ scale + 1 }}, 0)) as decimal(38, 0))
{%- endmacro %}

{% macro duckdb__digits_of(decimal_number, scale) -%}
    {%- set whole_part = 'floor(cast(' ~ decimal_number ~ ' as double))' -%}
    (
        cast({{ whole_part }} as hugeint) * {{ 10 ** scale }}
        + cast(
            round(
                cast({{ decimal_number }} - cast({{ whole_part }} as bigint) as double)
                * {{ 10 ** scale }}
            ) as hugeint
        )
    )
{%- endmacro %}
