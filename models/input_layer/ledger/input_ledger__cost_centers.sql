-- grain: one cost centre and the dates for which the row holds
-- why: the contract for ledger.cost_centers: rows that can be used, from whatever system
-- reads: stg_files__cost_centers
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__cost_centers') }}

)

select
    cost_center_id,
    cost_center_name,
    parent_cost_center_id,
    legal_entity_id,
    manager_name,
    is_it,
    valid_from,
    valid_to,
    file_name,
    line_number
from staged
where reject_reason is null
