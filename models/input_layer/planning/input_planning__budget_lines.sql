-- grain: one planned amount of a budget version, period, account and cost centre
-- why: the contract for planning.budget_lines: rows that can be used, from whatever system
-- reads: stg_files__budget_lines
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__budget_lines') }}

)

select
    line_id,
    budget_version,
    posting_date,
    fiscal_period,
    account_id,
    cost_center_id,
    vendor_id,
    project_id,
    service_id,
    application_id,
    consumer_id,
    expense_type,
    description,
    amount,
    currency_code,
    file_name,
    line_number
from staged
where reject_reason is null
