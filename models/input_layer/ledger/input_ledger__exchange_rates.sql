-- grain: one rate of a currency pair, type and date
-- why: the contract for ledger.exchange_rates: rows that can be used, from whatever system
-- reads: stg_files__exchange_rates
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__exchange_rates') }}

)

select
    from_currency,
    to_currency,
    rate_type,
    rate_date,
    rate,
    file_name,
    line_number
from staged
where reject_reason is null
