-- grain: one compared step and place whose share differs
-- why: the changed shares with the rule that changes them, ready to be met with money
-- reads: alloc_step_changes, alloc_step_movers
-- conserves: every changed share once

with

step_changes as (

    select * from {{ ref('alloc_step_changes') }}

),

movers as (

    select * from {{ ref('alloc_step_movers') }}

)

select
    step_changes.rule_set,
    step_changes.based_on,
    step_changes.fiscal_period,
    step_changes.sender_layer,
    step_changes.before_rule_id,
    step_changes.before_from_id,
    step_changes.after_rule_id,
    step_changes.after_from_id,
    step_changes.to_layer,
    step_changes.to_id,
    step_changes.before_share,
    step_changes.after_share,
    movers.step,
    movers.moved_by
from step_changes
inner join movers
    on
        step_changes.rule_set = movers.rule_set
        and step_changes.fiscal_period = movers.fiscal_period
        and step_changes.sender_layer = movers.sender_layer
        and step_changes.before_rule_id = movers.before_rule_id
        and step_changes.before_from_id = movers.before_from_id
        and step_changes.after_rule_id = movers.after_rule_id
        and step_changes.after_from_id = movers.after_from_id
