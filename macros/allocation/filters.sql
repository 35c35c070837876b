{# One syntax for every filter of the cost model: empty or * is any, a|b|c is a list, * stands for any text. #}

{% macro filter_text(column) -%}
    coalesce(nullif(trim({{ column }}), ''), '*')
{%- endmacro %}

{% macro matches_pattern(value, pattern) -%}
    {#- Only * is special: the other wildcards of like are escaped before * becomes one. -#}
    lower({{ value }}) like replace(
        replace(replace(replace(lower(trim({{ pattern }})), '!', '!!'), '%', '!%'), '_', '!_'), '*', '%'
    ) escape '!'
{%- endmacro %}

{# A number and its noun: 1 value, 2 values. #}
{% macro counted(number, noun) -%}
    cast({{ number }} as varchar) || case when {{ number }} = 1 then ' {{ noun }}' else ' {{ noun }}s' end
{%- endmacro %}

{# Where a rule stands, as the words before what is said of it. #}
{% macro rule_place(rule, separator=' ') -%}
    {{ rule }}.file_name || ', line ' || cast({{ rule }}.line_number as varchar) || ': rule '
    || {{ rule }}.rule_id || '{{ separator }}'
{%- endmacro %}

{# What the writer of an id that names nothing may have meant: the one that differs from it in case only. #}
{% macro did_you_mean(alike) -%}
    coalesce(' (did you mean ' || {{ alike }} || '? Ids keep their case)', '')
{%- endmacro %}

{# The value under which filters find a cost centre in a period in which it stood elsewhere than today. #}
{% macro cost_center_then(cost_center, fiscal_period) -%}
    {{ cost_center }} || ' in ' || cast({{ fiscal_period }} as varchar)
{%- endmacro %}
