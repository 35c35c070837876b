-- grain: one fault of a fallback, or of a hybrid rule without any
-- why: a hybrid rule that tries nothing leaves its money, a fallback without a rule is lost
-- reads: fallbacks, alloc_effective_rules, target sets and their members, percentages
-- conserves: every fault once

with

fallbacks as (

    select * from {{ ref('input_cost_model__allocation_fallbacks') }}

),

rules as (

    select distinct
        rule_set as computed_rule_set,
        defined_in as rule_set,
        rule_id,
        sender_layer,
        method,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

),

lineage as (

    select distinct defined_in from {{ ref('alloc_rule_set_lineage') }}

),

target_sets as (

    select * from {{ ref('alloc_target_sets') }}

),

filled_target_sets as (

    select distinct
        rule_set,
        target_set
    from {{ ref('alloc_target_members') }}

),

percentages as (

    select distinct
        rule_set,
        rule_id
    from {{ ref('input_cost_model__allocation_percentages') }}

),

placed_fallbacks as (

    select distinct
        fallbacks.*,
        rules.sender_layer,
        target_sets.target_set as known_target_set,
        coalesce(target_sets.holds_towers, 0) as holds_towers,
        filled_target_sets.target_set as filled_target_set,
        percentages.rule_id as rule_with_percentages
    from fallbacks
    inner join rules on fallbacks.rule_set = rules.rule_set and fallbacks.rule_id = rules.rule_id
    left join target_sets
        on
            rules.computed_rule_set = target_sets.rule_set
            and fallbacks.target_set = target_sets.target_set
    left join filled_target_sets
        on
            target_sets.defined_in = filled_target_sets.rule_set
            and target_sets.target_set = filled_target_sets.target_set
    left join percentages
        on fallbacks.rule_set = percentages.rule_set and fallbacks.rule_id = percentages.rule_id
    where rules.method = 'hybrid'

),

faults as (

    select
        'error' as severity,
        'fallback_without_rule' as fault,
        fallbacks.rule_set,
        fallbacks.rule_id,
        fallbacks.file_name,
        fallbacks.line_number,
        'has a fallback at position ' || fallbacks.position || ', but rule set '
        || fallbacks.rule_set || ' defines no hybrid rule of that id; '
        || 'make the rule hybrid, or remove the fallback' as message
    from fallbacks
    inner join lineage on fallbacks.rule_set = lineage.defined_in
    left join placed_fallbacks
        on
            fallbacks.rule_set = placed_fallbacks.rule_set
            and fallbacks.rule_id = placed_fallbacks.rule_id
            and fallbacks.position = placed_fallbacks.position
    where placed_fallbacks.rule_id is null

    union all

    select
        'error',
        'missing_fallbacks',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'uses the method hybrid and has no row in allocation_fallbacks; say what it tries'
    from rules
    left join placed_fallbacks
        on rules.rule_set = placed_fallbacks.rule_set and rules.rule_id = placed_fallbacks.rule_id
    where rules.method = 'hybrid' and placed_fallbacks.rule_id is null

    union all

    select
        'error',
        'unknown_target_set',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'at position ' || position || ' names the target set ' || target_set
        || ', which has no row in target_sets; add it there, or correct the name'
    from placed_fallbacks
    where target_set is not null and known_target_set is null

    union all

    select
        'error',
        'layer_order',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'at position ' || position || ' sends from solution to target set ' || target_set
        || ', which holds towers; money can only go to a later layer, '
        || 'or to objects of the same layer'
    from placed_fallbacks
    where sender_layer = 'solution' and holds_towers = 1

    union all

    select
        'error',
        'percentages',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'at position ' || position || ' uses the method fixed_percent, '
        || 'and the rule has no row in allocation_percentages'
    from placed_fallbacks
    where method = 'fixed_percent' and rule_with_percentages is null

    union all

    select
        'error',
        'missing_capacity',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'at position ' || position || ' uses the method capacity from the ' || sender_layer
        || ' layer and names no capacity; only services bring one of their own'
    from placed_fallbacks
    where method = 'capacity' and sender_layer <> 'solution' and capacity is null

    union all

    select
        'warning',
        'empty_target_set',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'at position ' || position || ' names the target set ' || target_set
        || ', none of whose members exists; the next position is tried'
    from placed_fallbacks
    where known_target_set is not null and filled_target_set is null

)

select distinct
    severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
