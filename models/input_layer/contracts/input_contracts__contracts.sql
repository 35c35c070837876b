-- grain: one contract
-- why: the contract for contracts.contracts: rows that can be used, from whatever system
-- reads: stg_files__contracts
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__contracts') }}

)

select
    contract_id,
    contract_name,
    vendor_id,
    vendor_name,
    contract_type,
    start_date,
    end_date,
    notice_days,
    is_auto_renewing,
    total_value,
    currency_code,
    owner_name,
    cost_center_id,
    file_name,
    line_number
from staged
where reject_reason is null
