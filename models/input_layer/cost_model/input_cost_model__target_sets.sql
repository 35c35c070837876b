-- grain: one member pattern of a target set
-- why: the contract for cost_model.target_sets: rows that can be used, from whatever system
-- reads: stg_files__target_sets
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__target_sets') }}

)

select
    rule_set,
    target_set,
    to_layer,
    object_kind,
    to_id,
    file_name,
    line_number
from staged
where reject_reason is null
