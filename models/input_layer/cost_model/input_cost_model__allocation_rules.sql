-- grain: one rule that sends an object's cost to others
-- why: the contract for cost_model.allocation_rules: rows that can be used, from whatever system
-- reads: stg_files__allocation_rules
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__allocation_rules') }}

)

select
    rule_id,
    rule_set,
    sender_layer,
    sequence,
    from_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
    account_id,
    cost_center_id,
    vendor,
    project_id,
    method,
    target_set,
    driver_id,
    network,
    budget_driver_id,
    fixed_percentage,
    capacity,
    idle,
    rate,
    no_gaps,
    owner,
    justification,
    valid_from,
    valid_to,
    file_name,
    line_number
from staged
where reject_reason is null
