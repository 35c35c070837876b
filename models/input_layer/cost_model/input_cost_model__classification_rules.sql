-- grain: one rule that tags ledger lines with a cost pool
-- why: the contract for cost_model.classification_rules: rows that can be used
-- reads: stg_files__classification_rules
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__classification_rules') }}

)

select
    rule_id,
    rule_set,
    sequence,
    account_id,
    cost_center_id,
    vendor,
    project_id,
    description,
    entry_type,
    expense_type,
    cost_pool,
    cost_sub_pool,
    owner,
    justification,
    valid_from,
    valid_to,
    file_name,
    line_number
from staged
where reject_reason is null
