-- grain: one fault of a fallback, or of a hybrid rule without any
-- why: a hybrid rule that tries nothing leaves its money, a fallback without a rule is lost
-- reads: fallbacks, alloc_effective_rules, alloc_placed_fallbacks, alloc_rule_set_lineage
-- conserves: every fault once

with

fallbacks as (

    select * from {{ ref('input_cost_model__allocation_fallbacks') }}

),

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        method,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

),

lineage as (

    select distinct defined_in from {{ ref('alloc_rule_set_lineage') }}

),

placed_fallbacks as (

    select * from {{ ref('alloc_placed_fallbacks') }}

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
    where
        target_set is not null
        and known_target_set is null
        and target_set not in (select name from {{ ref('alloc_rejected_names') }})

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
        || ', none of whose members exists; '
        || case
            when next_position is null then 'its money stays unallocated as no_driver_data'
            else 'the next position is tried'
        end
    from placed_fallbacks
    where known_target_set is not null and filled_target_set is null

    union all

    select
        'warning',
        'unreached_fallback',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'at position ' || position || ' uses the method ' || method
        || ', which needs no driver, so position ' || next_position
        || ' is hardly ever tried; put those that weigh by drivers first'
    from placed_fallbacks
    where method in ('even', 'fixed_percent') and next_position is not null

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
