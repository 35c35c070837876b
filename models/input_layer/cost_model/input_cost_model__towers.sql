-- grain: one sub-tower that the company adds
-- why: the contract for cost_model.towers: rows that can be used
-- reads: stg_files__towers
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__towers') }}

)

select
    tower,
    sub_tower,
    description,
    file_name,
    line_number
from staged
where reject_reason is null
