-- grain: one risk
-- why: the contract for risk.risks: rows that can be used, from whatever system
-- reads: stg_files__risks
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__risks') }}

)

select
    risk_id,
    risk_name,
    service_id,
    application_id,
    category,
    likelihood,
    impact,
    expected_loss,
    mitigation_cost,
    currency_code,
    status,
    owner_name,
    review_date,
    file_name,
    line_number
from staged
where reject_reason is null
