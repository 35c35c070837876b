{# How whole periods of a table are replaced and recorded: by delete and insert here; an engine without delete overwrites partitions. #}

{% macro create_built_periods() -%}
    create schema if not exists {{ this.schema }};
    create table if not exists {{ built_periods(this) }} (
        table_name varchar not null, fiscal_period date not null, version varchar not null
    )
{%- endmacro %}

{# Before a model is computed: which of its periods have another version, as a constant that filters every scan. #}
{% macro note_stale_periods() -%}
    {%- if execute and config.get('materialized') == 'incremental' and is_incremental() -%}
    set variable stale_periods = (
        select list(fiscal_period)
        from ({{ stale_periods(ref('alloc_period_versions'), this.identifier) }})
    )
    {%- endif -%}
{%- endmacro %}

{% macro is_noted_period(column) -%}
    list_contains(getvariable('stale_periods'), {{ column }})
{%- endmacro %}

{# Replaces the periods that were computed again, and removes those that are gone. #}
{% macro get_incremental_by_period_sql(arguments) -%}
    {%- set versions = ref('alloc_period_versions') -%}
    {%- set target = arguments['target_relation'] -%}
    {%- set period = arguments['unique_key'] or 'fiscal_period' -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target }}
    where
        {{ is_noted_period(period) }}
        or {{ period }} not in (select fiscal_period from {{ versions }})
        or {{ period }} is null;

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}

{# A period counts as built when every table before this one holds the same version of it. #}
{% macro record_built_periods() -%}
    {%- if execute and config.get('materialized') == 'incremental' -%}
    {%- set versions = ref('alloc_period_versions') -%}
    {%- set built = built_periods(versions) -%}
    {%- set parents = kept_parents(model) -%}
    delete from {{ built }}
    where
        table_name = '{{ this.identifier }}'
        and (fiscal_period, version) not in (
            select fiscal_period, {{ period_version() }} from {{ versions }}
        );

    insert into {{ built }}
    select
        '{{ this.identifier }}' as table_name,
        versions.fiscal_period,
        versions.{{ period_version() }}
    from {{ versions }} as versions
    left join {{ built }} as before
        on
            versions.fiscal_period = before.fiscal_period
            and before.version in (versions.version, versions.version_with_previous)
            and before.table_name in ('{{ (parents + [this.identifier]) | join("', '") }}')
    group by versions.fiscal_period, versions.{{ period_version() }}
    having
        count(before.table_name) = {{ parents | length }}
        and count(case when before.table_name = '{{ this.identifier }}' then 1 end) = 0
    {%- endif -%}
{%- endmacro %}
