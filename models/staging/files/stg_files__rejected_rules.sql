-- grain: one delivered row of the cost model or of the drivers that cannot be used
-- why: rules are checked before money moves, and a row that is missing changes where it goes
-- reads: staging models of the cost model and of drivers, landing.malformed_rows
-- conserves: each such row once

with

rejected as (

    {% for domain, table, system, amount, currency in contract_tables() -%}
    {%- if domain == 'cost_model' or table == 'drivers' -%}
    select
        '{{ domain }}' as domain,
        '{{ table }}' as table_name,
        file_name,
        line_number,
        reject_reason
    from {{ ref('stg_' ~ system ~ '__' ~ table) }}
    where reject_reason is not null

    union all

    {% endif -%}
    {%- endfor -%}
    select
        domain,
        table_name,
        file_name,
        line_number,
        coalesce(reason_code, 'malformed_row')
    from {{ source('landing', 'malformed_rows') }}
    where domain = 'cost_model' or table_name = 'drivers'

)

select
    domain,
    table_name,
    file_name,
    line_number,
    reject_reason
from rejected
