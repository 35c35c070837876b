-- grain: one fiscal period
-- why: the contract for ledger.fiscal_periods: rows that can be used, from whatever system
-- reads: stg_files__fiscal_periods
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__fiscal_periods') }}

)

select
    fiscal_year,
    period_number,
    period_name,
    start_date,
    end_date,
    is_closed,
    file_name,
    line_number
from staged
where reject_reason is null
