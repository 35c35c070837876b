{# What views of a published file need. #}

{% macro same_database(relation) %}{{ return(adapter.dispatch('same_database')(relation)) }}{% endmacro %}

{% macro default__same_database(relation) -%}
    {{ relation.include(database=false) }}
{%- endmacro %}
