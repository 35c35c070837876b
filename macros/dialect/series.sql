{# Rows out of nothing and date arithmetic, which every engine spells in its own way. #}

{% macro numbers_to(last) %}{{ return(adapter.dispatch('numbers_to')(last)) }}{% endmacro %}

{% macro default__numbers_to(last) -%}
    select unnest(range(0, {{ last }} + 1)) as number
{%- endmacro %}

{% macro add_days(date, days) %}{{ return(adapter.dispatch('add_days')(date, days)) }}{% endmacro %}

{% macro default__add_days(date, days) -%}
    cast({{ date }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{% macro add_months(date, months) %}{{ return(adapter.dispatch('add_months')(date, months)) }}{% endmacro %}

{% macro default__add_months(date, months) -%}
    cast({{ date }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro json_text(document, key) %}{{ return(adapter.dispatch('json_text')(document, key)) }}{% endmacro %}

{% macro default__json_text(document, key) -%}
    case when json_valid({{ document }}) then json_extract_string({{ document }}, '$.{{ key }}') end
{%- endmacro %}

{% macro is_json(document) %}{{ return(adapter.dispatch('is_json')(document)) }}{% endmacro %}

{% macro default__is_json(document) -%}
    json_valid({{ document }})
{%- endmacro %}

{% macro day_count(first_day, last_day) %}{{ return(adapter.dispatch('day_count')(first_day, last_day)) }}{% endmacro %}

{% macro default__day_count(first_day, last_day) -%}
    (date_diff('day', {{ first_day }}, {{ last_day }}) + 1)
{%- endmacro %}

{% macro nth(items, position) %}{{ return(adapter.dispatch('nth')(items, position)) }}{% endmacro %}

{% macro default__nth(items, position) -%}
    ([{{ items | join(', ') }}])[{{ position }}]
{%- endmacro %}

{% macro iso_weekday(date) %}{{ return(adapter.dispatch('iso_weekday')(date)) }}{% endmacro %}

{% macro default__iso_weekday(date) -%}
    extract(isodow from {{ date }})
{%- endmacro %}
