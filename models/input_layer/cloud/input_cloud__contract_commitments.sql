-- grain: one commitment
-- why: the contract for cloud.contract_commitments: rows that can be used, from whatever system
-- reads: stg_focus__contract_commitments
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_focus__contract_commitments') }}

)

select
    contract_commitment_id,
    contract_id,
    contract_commitment_category,
    contract_commitment_cost,
    contract_commitment_quantity,
    contract_commitment_unit,
    contract_commitment_period_start,
    contract_commitment_period_end,
    billing_currency,
    service_provider_name,
    file_name,
    line_number
from staged
where reject_reason is null
