{# Schemas carry the name of the layer alone: analysts read marts.fct_service_cost in every company. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
