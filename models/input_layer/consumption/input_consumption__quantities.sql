-- grain: one quantity that arose somewhere
-- why: the contract for consumption.quantities: rows that can be used, from whatever system
-- reads: stg_files__quantities
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__quantities') }}

)

select
    quantity_id,
    measure,
    unit,
    quantity_date,
    fiscal_period,
    account_id,
    cost_center_id,
    vendor_id,
    vendor_name,
    project_id,
    service_id,
    application_id,
    consumer_id,
    expense_type,
    entry_type,
    description,
    quantity,
    file_name,
    line_number
from staged
where reject_reason is null
