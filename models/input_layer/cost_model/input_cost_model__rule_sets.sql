-- grain: one rule set
-- why: the contract for cost_model.rule_sets: rows that can be used, from whatever system
-- reads: stg_files__rule_sets
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__rule_sets') }}

)

select
    rule_set,
    based_on,
    status,
    description,
    file_name,
    line_number
from staged
where reject_reason is null
