{# One place for what becomes of an amount on its way into the reporting currency. #}

{% macro to_reporting_amount(amount, rate) -%}
    cast(
        case
            when {{ rate }} = 1 then round({{ amount }}, 2)
            else
                round(
                    cast({{ amount }} as decimal(20, 6)) * cast({{ rate }} as decimal(18, 12)), 2
                )
        end as decimal(18, 2)
    )
{%- endmacro %}

{% macro to_minor(amount) -%}
    cast({{ amount }} * 100 as bigint)
{%- endmacro %}

{% macro to_thousandths(quantity) -%}
    cast({{ quantity }} * 1000 as bigint)
{%- endmacro %}

{% macro from_minor(minor_units) -%}
    cast(cast({{ minor_units }} as decimal(18, 0)) * 0.01 as decimal(18, 2))
{%- endmacro %}

{% macro from_thousandths(thousandths) -%}
    cast(cast({{ thousandths }} as decimal(18, 0)) * 0.001 as decimal(18, 3))
{%- endmacro %}
