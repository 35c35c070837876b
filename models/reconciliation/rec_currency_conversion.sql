-- grain: one fiscal period and currency
-- why: shows at which rate the ledger was converted and what rounding made of it
-- reads: fct_ledger_lines
-- conserves: amount_local and amount of every ledger line

with

sums as (

    select
        fiscal_period,
        currency_code,
        exchange_rate,
        count(*) as line_count,
        cast(sum(amount_local) as decimal(38, 12)) as amount_local,
        cast(sum(amount) as decimal(18, 2)) as amount
    from {{ ref('fct_ledger_lines') }}
    group by fiscal_period, currency_code, exchange_rate

)

select
    fiscal_period,
    currency_code,
    exchange_rate,
    line_count,
    amount_local,
    amount,
    cast(
        amount - cast(amount_local as decimal(26, 6)) * cast(exchange_rate as decimal(18, 12))
        as decimal(18, 6)
    ) as rounding_amount
from sums
