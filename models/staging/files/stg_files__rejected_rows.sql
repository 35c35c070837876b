-- grain: one delivered row that cannot be used
-- why: what was left out, where it stands in its file, for which reason, and the row itself
-- reads: every staging model of a delivered table and its landing table, landing.malformed_rows
-- conserves: each rejected row once, with its amount where one could be read

with

rejected as (

    {% for domain, table, system, amount, currency in contract_tables() -%}
    {%- set has_rule = table.endswith('_rules') or table.startswith('allocation_') -%}
    select
        '{{ domain }}' as domain,
        '{{ table }}' as table_name,
        staged.file_name,
        staged.line_number,
        {{ 'staged.rule_id' if has_rule else 'cast(null as varchar)' }} as rule_id,
        staged.reject_reason,
        {{ raw_row('delivered') }} as raw_row,
        cast({{ amount }} as decimal(38, 12)) as amount,
        cast({{ currency }} as varchar) as currency_code
    from {{ ref('stg_' ~ system ~ '__' ~ table) }} as staged
    left join {{ source('landing', domain ~ '__' ~ table) }} as delivered
        on
            staged.file_name = delivered.file_name
            and staged.line_number = delivered.line_number
    where staged.reject_reason is not null

    union all

    {% endfor -%}
    select
        domain,
        table_name,
        file_name,
        line_number,
        cast(null as varchar),
        coalesce(reason_code, 'malformed_row'),
        raw_row,
        cast(null as decimal(38, 12)),
        cast(null as varchar)
    from {{ source('landing', 'malformed_rows') }}

)

select
    domain,
    table_name,
    file_name,
    line_number,
    rule_id,
    reject_reason,
    raw_row,
    amount,
    currency_code
from rejected
