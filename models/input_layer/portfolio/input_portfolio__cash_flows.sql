-- grain: one planned or actual cash flow of a project
-- why: the contract for portfolio.cash_flows: rows that can be used, from whatever system
-- reads: stg_files__cash_flows
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__cash_flows') }}

)

select
    cash_flow_id,
    project_id,
    flow_date,
    flow_type,
    amount,
    currency_code,
    file_name,
    line_number
from staged
where reject_reason is null
