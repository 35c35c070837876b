{# Work that is kept from build to build by whole fiscal periods: computed again where the version of a period changed. #}

{# A filter on the periods that this model has to compute: all in a full build and in unit tests, else those with another version. #}
{% macro in_stale_periods(column='fiscal_period', or_in_none=false) -%}
    {%- set versions = ref('alloc_period_versions') if model and model.resource_type == 'model' -%}
    {%- if not versions or not is_incremental() -%}
        true
    {%- elif or_in_none -%}
        (
            {{ is_noted_period(column) }}
            or {{ column }} not in (select fiscal_period from {{ versions }})
        )
    {%- else -%}
        {{ is_noted_period(column) }}
    {%- endif -%}
{%- endmacro %}

{#- A model that compares a period with the one before it is stale when either of them is. #}
{% macro period_version() -%}
    {{ 'version_with_previous' if config.get('meta', {}).get('looks_back') else 'version' }}
{%- endmacro %}

{% macro stale_periods(versions, table_name) -%}
    select versions.fiscal_period
    from {{ versions }} as versions
    left join {{ built_periods(versions) }} as built
        on
            built.table_name = '{{ table_name }}'
            and versions.fiscal_period = built.fiscal_period
            and versions.{{ period_version() }} = built.version
    where built.version is null
{%- endmacro %}

{# Which version of each period each table holds. Not a model: it must outlive every build. #}
{% macro built_periods(versions) -%}
    {{ versions.database }}.{{ versions.schema }}.alloc_built_periods
{%- endmacro %}

{# The tables kept by period that a model reads, directly or through others. #}
{% macro kept_parents(node) -%}
    {%- set found = [] -%}
    {%- set seen = [] -%}
    {%- set waiting = node.depends_on.nodes | list -%}
    {%- for _ in graph.nodes -%}
        {%- if waiting -%}
            {%- set parent = graph.nodes.get(waiting.pop()) -%}
            {%- if parent and parent.unique_id not in seen -%}
                {%- do seen.append(parent.unique_id) -%}
                {%- if parent.config.get('incremental_strategy') == 'by_period' and parent.config.materialized == 'incremental' -%}
                    {%- do found.append(parent.alias) -%}
                {%- else -%}
                    {%- do waiting.extend(parent.depends_on.nodes) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# What the models and macros say, in one hash: when it changes, every period is computed again. #}
{% macro code_version() -%}
    {%- if execute -%}
    {%- set texts = [] -%}
    {%- for node in graph.nodes.values() | sort(attribute='unique_id') -%}
        {%- if node.resource_type == 'model' and node.fqn[1] in ('staging', 'input_layer', 'core', 'allocation', 'marts') -%}
            {%- do texts.append(node.checksum.checksum) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in context[project_name] | sort -%}
        {%- do texts.append(context[project_name][name].macro.macro_sql) -%}
    {%- endfor -%}
    {{ local_md5(texts | join('\n')) }}
    {%- endif -%}
{%- endmacro %}
