{# How a table or view takes the place of the one before: dropped and created in one transaction here. dbt's own way,
   create under another name, rename both, drop the old one, takes a third more time for each small model. #}

{% materialization table, adapter='duckdb' %}
    {%- set relation = this.incorporate(type='table') -%}
    {%- call replace_relation(relation) %}{{ create_table_as(False, relation, compiled_code) }}{% endcall -%}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set relation = this.incorporate(type='view') -%}
    {%- call replace_relation(relation) %}{{ get_create_view_as_sql(relation, compiled_code) }}{% endcall -%}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{% macro replace_relation(relation) -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set create_sql = caller() -%}
    {%- call statement('main') %}
        {% if existing is not none %}drop {{ existing.type }} if exists {{ existing }};{% endif %}
        {{ create_sql }}
    {% endcall -%}
    {%- if relation.is_table %}{% do create_indexes(relation) %}{% endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(relation, model) -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
{%- endmacro %}

{# What views of a published file need: they name no database, since readers open it under any name. #}

{% macro duckdb__get_create_view_as_sql(relation, sql) -%}
    {{ return(create_view_as(relation, sql | replace(adapter.quote(relation.database) ~ '.', ''))) }}
{%- endmacro %}
