-- grain: one unusable row or header of the cost model or of the drivers, or reserved name
-- why: rules are checked before money moves, and what is missing changes where it goes
-- reads: staging models of the cost model and of drivers, landing.malformed_rows and problems
-- conserves: each such row and header once

with

rejected as (

    {% for domain, table, system, amount, currency in contract_tables() -%}
    {%- set is_of_objects = table in ('services', 'applications', 'consumers') -%}
    {%- set names = {
        'allocation_rules': "concat_ws('|', target_set, driver_id, budget_driver_id)",
        'allocation_fallbacks': "concat_ws('|', target_set, driver_id)",
        'target_sets': 'target_set',
        'rule_sets': 'rule_set',
    } -%}
    {%- set has_rule = table.endswith('_rules') or table.startswith('allocation_') -%}
    {%- if domain == 'cost_model' or table == 'drivers' or is_of_objects -%}
    select
        '{{ domain }}' as domain,
        '{{ table }}' as table_name,
        file_name,
        line_number,
        {{ 'rule_set' if has_rule else 'cast(null as varchar)' }} as rule_set,
        {{ 'rule_id' if has_rule else 'cast(null as varchar)' }} as rule_id,
        {{ 'driver_id' if table == 'drivers' else 'cast(null as varchar)' }} as driver_id,
        {{ names.get(table, 'cast(null as varchar)') }} as names,
        reject_reason,
        cast(null as varchar) as advice
    from {{ ref('stg_' ~ system ~ '__' ~ table) }}
    where reject_reason {{ "like 'reserved_name:%'" if is_of_objects else 'is not null' }}

    union all

    {% endif -%}
    {%- endfor -%}
    select
        domain,
        table_name,
        file_name,
        line_number,
        cast(null as varchar),
        cast(null as varchar),
        cast(null as varchar),
        null,
        coalesce(reason_code, 'malformed_row'),
        null
    from {{ source('landing', 'malformed_rows') }}
    where domain = 'cost_model' or table_name = 'drivers'

    union all

    select
        domain,
        table_name,
        file_name,
        line_number,
        null,
        null,
        null,
        null,
        kind || ':' || column_name,
        replace(message, file_name || ': ', '')
    from {{ source('landing', 'problems') }}
    where
        domain = 'cost_model'
        and severity = 'error'
        and kind in ('unknown_column', 'unclear_header')

)

select
    domain,
    table_name,
    file_name,
    line_number,
    rule_set,
    rule_id,
    driver_id,
    names,
    reject_reason,
    advice
from rejected
