-- grain: one compared step that differs
-- why: names the rule that makes the step differ: its own, or those of the network behind it
-- reads: alloc_step_changes, alloc_network_changes, alloc_path_visits, alloc_rule_changes
-- conserves: every changed step once, with at least one rule

with

step_changes as (

    select * from {{ ref('alloc_step_changes') }}

),

network_changes as (

    select * from {{ ref('alloc_network_changes') }}

),

path_visits as (

    select * from {{ ref('alloc_path_visits') }}

),

changed_rules as (

    select distinct
        rule_set,
        rule_id
    from {{ ref('alloc_rule_changes') }}
    where rule_kind = 'allocation'

),

changed_steps as (

    select distinct
        rule_set,
        based_on,
        fiscal_period,
        sender_layer,
        before_rule_id,
        before_from_id,
        after_rule_id,
        after_from_id,
        is_entry_change or before_rule_id <> after_rule_id as is_own_change
    from step_changes

),

passed_rules as (

    select distinct
        steps.rule_set,
        steps.fiscal_period,
        steps.sender_layer,
        steps.after_rule_id,
        steps.after_from_id,
        network_changes.moved_by
    from changed_steps as steps
    inner join path_visits
        on
            path_visits.rule_set in (steps.rule_set, steps.based_on)
            and steps.fiscal_period = path_visits.fiscal_period
            and steps.sender_layer = path_visits.sender_layer
            and steps.after_rule_id = path_visits.rule_id
            and steps.after_from_id = path_visits.from_id
    inner join network_changes
        on
            steps.rule_set = network_changes.rule_set
            and steps.fiscal_period = network_changes.fiscal_period
            and path_visits.layer = network_changes.layer
            and path_visits.object_id = network_changes.object_id
    where not steps.is_own_change

),

networks as (

    select
        rule_set,
        fiscal_period,
        sender_layer,
        after_rule_id,
        after_from_id,
        {{ sorted_text_list('moved_by', ' + ') }} as moved_by
    from passed_rules
    group by rule_set, fiscal_period, sender_layer, after_rule_id, after_from_id

)

select
    steps.rule_set,
    steps.fiscal_period,
    steps.sender_layer,
    steps.before_rule_id,
    steps.before_from_id,
    steps.after_rule_id,
    steps.after_from_id,
    case when networks.moved_by is null then steps.sender_layer else 'network' end as step,
    coalesce(
        networks.moved_by,
        changed_after.rule_id,
        changed_before.rule_id,
        nullif(steps.after_rule_id, ''),
        nullif(steps.before_rule_id, ''),
        'no rule'
    ) as moved_by
from changed_steps as steps
left join networks
    on
        steps.rule_set = networks.rule_set
        and steps.fiscal_period = networks.fiscal_period
        and steps.sender_layer = networks.sender_layer
        and case when not steps.is_own_change then steps.after_rule_id end
        = networks.after_rule_id
        and steps.after_from_id = networks.after_from_id
left join changed_rules as changed_after
    on
        steps.rule_set = changed_after.rule_set
        and steps.after_rule_id = changed_after.rule_id
left join changed_rules as changed_before
    on
        steps.rule_set = changed_before.rule_set
        and steps.before_rule_id = changed_before.rule_id
