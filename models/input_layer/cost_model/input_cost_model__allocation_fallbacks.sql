-- grain: one position of a hybrid rule
-- why: the contract for cost_model.allocation_fallbacks: rows that can be used
-- reads: stg_files__allocation_fallbacks
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__allocation_fallbacks') }}

)

select
    rule_id,
    rule_set,
    position,
    method,
    target_set,
    driver_id,
    capacity,
    idle,
    carry_forward,
    file_name,
    line_number
from staged
where reject_reason is null
