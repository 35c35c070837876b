{# Division of decimals: a decimal on one engine, a double on the other; here always a decimal. #}

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
