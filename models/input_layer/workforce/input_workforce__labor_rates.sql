-- grain: one rate of a role and the dates for which it holds
-- why: the contract for workforce.labor_rates: rows that can be used, from whatever system
-- reads: stg_files__labor_rates
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__labor_rates') }}

)

select
    role_name,
    hourly_rate,
    currency_code,
    valid_from,
    valid_to,
    file_name,
    line_number
from staged
where reject_reason is null
