-- grain: one fault of a rule in the target set that it names
-- why: a rule that names what is not there would send nothing, and nobody would be told
-- reads: rules, target sets and their members, alloc_rejected_names
-- conserves: every fault once

with

rules as (

    select distinct
        rule_set as computed_rule_set,
        defined_in as rule_set,
        rule_id,
        sender_layer,
        target_set,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

),

target_sets as (

    select * from {{ ref('alloc_target_sets') }}

),

named_members as (

    select
        target_set,
        to_layer,
        file_name,
        line_number,
        {{ split_to_rows(filter_text('to_id'), '|') }} as member
    from {{ ref('input_cost_model__target_sets') }}

),

filled_target_sets as (

    select distinct
        rule_set,
        target_set
    from {{ ref('alloc_target_members') }}

),

alike_target_sets as (

    select
        rules.computed_rule_set,
        rules.target_set,
        {{ nearest_name('rules.target_set', 'target_sets.target_set') }} as alike
    from rules
    inner join target_sets
        on
            rules.computed_rule_set = target_sets.rule_set
            and {{ is_near_name('rules.target_set', 'target_sets.target_set') }}
    group by rules.computed_rule_set, rules.target_set

),

faults as (

    select distinct
        'error' as severity,
        'unknown_target_set' as fault,
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'names the target set ' || rules.target_set || ', which has no row in target_sets'
        || {{ did_you_mean('alike_target_sets.alike', 'rules.target_set') }}
        || '; add it, or correct the name' as message
    from rules
    left join target_sets
        on
            rules.computed_rule_set = target_sets.rule_set
            and rules.target_set = target_sets.target_set
    left join alike_target_sets
        on
            rules.computed_rule_set = alike_target_sets.computed_rule_set
            and rules.target_set = alike_target_sets.target_set
    where
        rules.target_set is not null
        and target_sets.target_set is null
        and rules.target_set not in (select name from {{ ref('alloc_rejected_names') }})

    union all

    select distinct
        'error',
        'layer_order',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'sends from ' || rules.sender_layer || ' to target set ' || rules.target_set
        || ', which holds towers; '
        || 'money can only go to a later layer, or to objects of the same layer'
    from rules
    inner join target_sets
        on
            rules.computed_rule_set = target_sets.rule_set
            and rules.target_set = target_sets.target_set
    where rules.sender_layer = 'solution' and target_sets.holds_towers = 1

    union all

    select distinct
        'warning',
        'empty_target_set',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'names the target set ' || rules.target_set || ', none of whose members exists; '
        || 'its money stays unallocated as no_driver_data'
    from rules
    inner join target_sets
        on
            rules.computed_rule_set = target_sets.rule_set
            and rules.target_set = target_sets.target_set
    left join filled_target_sets
        on
            target_sets.defined_in = filled_target_sets.rule_set
            and target_sets.target_set = filled_target_sets.target_set
    where
        filled_target_sets.target_set is null
        -- a single name that is unknown is told by itself
        and rules.target_set not in (
            select named_members.target_set
            from named_members
            where
                strpos(named_members.member, '*') = 0
                or {{ is_left_out('named_members.member') }}
        )

)

select
    severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
