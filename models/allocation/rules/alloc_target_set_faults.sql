-- grain: one fault of a target set, or of a rule that names one
-- why: a rule that names what is not there would send nothing, and nobody would be told
-- reads: rules, target sets and their members, alloc_objects
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

objects as (

    select distinct
        layer,
        object_id
    from {{ ref('alloc_objects') }}

),

filled_target_sets as (

    select distinct
        rule_set,
        target_set
    from {{ ref('alloc_target_members') }}

),

named_target_sets as (

    select target_set from {{ ref('input_cost_model__allocation_rules') }}
    where target_set is not null

    union

    select target_set from {{ ref('input_cost_model__allocation_fallbacks') }}
    where target_set is not null

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
    where rules.target_set is not null and target_sets.target_set is null

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
    where filled_target_sets.target_set is null

    union all

    select distinct
        -- a layer without any object was not delivered: nothing is misspelled
        case
            when
                strpos(named_members.member, '*') = 0
                and named_members.to_layer in (select known.layer from objects as known)
                then 'error'
            else 'warning'
        end,
        'unknown_member',
        null,
        null,
        named_members.file_name,
        named_members.line_number,
        'target set ' || named_members.target_set || ' names ' || trim(named_members.member)
        || ', but no object has such a name; correct it, or deliver the object'
    from named_members
    left join objects on {{ matches_pattern('objects.object_id', 'named_members.member') }}
    where objects.object_id is null and named_members.member <> '*'

    union all

    select
        'warning',
        'unused_target_set',
        null,
        null,
        min(members.file_name),
        min(members.line_number),
        'target set ' || members.target_set || ' is named by no rule; '
        || 'name it in one, or remove its rows'
    from {{ ref('input_cost_model__target_sets') }} as members
    left join named_target_sets as named on members.target_set = named.target_set
    where named.target_set is null
    group by members.target_set

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
