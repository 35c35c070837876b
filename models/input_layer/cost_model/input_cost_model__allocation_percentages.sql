-- grain: one receiver of a fixed_percent rule
-- why: the contract for cost_model.allocation_percentages: rows that can be used
-- reads: stg_files__allocation_percentages
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__allocation_percentages') }}

)

select
    rule_id,
    rule_set,
    to_layer,
    to_id,
    percentage,
    file_name,
    line_number
from staged
where reject_reason is null
