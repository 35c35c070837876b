-- grain: one fiscal period and currency
-- why: shows at which rate the ledger was converted and what rounding made of it
-- reads: fct_ledger_lines
-- conserves: amount_local and amount of every ledger line

with

ledger_lines as (

    select * from {{ ref('fct_ledger_lines') }}

)

select
    fiscal_period,
    currency_code,
    max(exchange_rate) as exchange_rate,
    count(*) as line_count,
    cast(sum(amount_local) as decimal(38, 12)) as amount_local,
    cast(sum(amount) as decimal(18, 2)) as amount,
    cast(
        sum(amount)
        - sum(cast(amount_local as decimal(20, 6)) * cast(exchange_rate as decimal(18, 12)))
        as decimal(18, 6)
    ) as rounding_amount
from ledger_lines
group by fiscal_period, currency_code
