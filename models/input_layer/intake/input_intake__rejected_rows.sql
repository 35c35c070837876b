-- grain: one delivered row that cannot be used
-- why: what was left out, where it stands in its file, and for which reason
-- reads: every staging model of a delivered table, stg_files__malformed_rows
-- conserves: each rejected row once, with its amount where one could be read

with

rejected as (

    {% for domain, table, system, amount, currency in contract_tables() -%}
    select
        '{{ domain }}' as domain,
        '{{ table }}' as table_name,
        file_name,
        line_number,
        reject_reason,
        raw_row,
        cast({{ amount }} as decimal(38, 12)) as amount,
        cast({{ currency }} as varchar) as currency_code
    from {{ ref('stg_' ~ system ~ '__' ~ table) }}
    where reject_reason is not null

    union all

    {% endfor -%}
    select
        domain,
        table_name,
        file_name,
        line_number,
        reject_reason,
        raw_row,
        cast(null as decimal(38, 12)),
        cast(null as varchar)
    from {{ ref('stg_files__malformed_rows') }}

)

select
    domain,
    table_name,
    file_name,
    line_number,
    split_part(reject_reason, ':', 1) as reason_code,
    nullif(split_part(reject_reason, ':', 2), '') as column_name,
    raw_row,
    amount,
    currency_code
from rejected
