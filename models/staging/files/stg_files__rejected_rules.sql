-- grain: one unusable row of the cost model or of the drivers, or with a reserved name
-- why: rules are checked before money moves, and a row that is missing changes where it goes
-- reads: staging models of the cost model and of drivers, landing.malformed_rows
-- conserves: each such row once

with

rejected as (

    {% for domain, table, system, amount, currency in contract_tables() -%}
    {%- set is_of_objects = table in ('services', 'applications', 'consumers') -%}
    {%- set has_rule = table.endswith('_rules') or table.startswith('allocation_') -%}
    {%- if domain == 'cost_model' or table == 'drivers' or is_of_objects -%}
    select
        '{{ domain }}' as domain,
        '{{ table }}' as table_name,
        file_name,
        line_number,
        {{ 'rule_set' if has_rule else 'cast(null as varchar)' }} as rule_set,
        {{ 'rule_id' if has_rule else 'cast(null as varchar)' }} as rule_id,
        reject_reason
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
        coalesce(reason_code, 'malformed_row')
    from {{ source('landing', 'malformed_rows') }}
    where domain = 'cost_model' or table_name = 'drivers'

)

select
    domain,
    table_name,
    file_name,
    line_number,
    rule_set,
    rule_id,
    reject_reason
from rejected
