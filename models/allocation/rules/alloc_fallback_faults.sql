-- grain: one fault in what a hybrid rule tries, or in the capacity of a service
-- why: tries without a rule, or a rule without tries, would be left out in silence
-- reads: alloc_effective_rules, fallbacks, alloc_object_candidates, target sets, dim_services
-- conserves: every fault once

with

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        sender_layer,
        method,
        capacity,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

),

computed_sets as (

    select distinct defined_in as rule_set from {{ ref('alloc_rule_set_lineage') }}

),

fallbacks as (

    select * from {{ ref('input_cost_model__allocation_fallbacks') }}
    where rule_set in (select rule_set from computed_sets)

),

target_layers as (

    select distinct
        target_set,
        to_layer
    from {{ ref('input_cost_model__target_sets') }}

),

candidates as (

    select distinct
        lineage.defined_in as rule_set,
        candidates.rule_id,
        candidates.from_id
    from {{ ref('alloc_object_candidates') }} as candidates
    inner join {{ ref('alloc_effective_rules') }} as lineage
        on candidates.rule_set = lineage.rule_set and candidates.rule_id = lineage.rule_id
    where candidates.sender_layer = 'solution'

),

services as (

    select
        service_id,
        capacity_quantity
    from {{ ref('dim_services') }}

),

faults as (

    select
        'hybrid_without_tries' as fault,
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'uses the method hybrid and has no row in allocation_fallbacks; list what it tries'
            as message
    from rules
    left join fallbacks on rules.rule_set = fallbacks.rule_set and rules.rule_id = fallbacks.rule_id
    where rules.method = 'hybrid' and fallbacks.rule_id is null

    union all

    select
        'try_without_rule',
        fallbacks.rule_set,
        fallbacks.rule_id,
        fallbacks.file_name,
        fallbacks.line_number,
        'has a row in allocation_fallbacks, but rule set ' || fallbacks.rule_set
        || ' defines no hybrid rule of that id; '
        || 'copy the rule into the set, or remove the row'
    from fallbacks
    left join rules
        on
            fallbacks.rule_set = rules.rule_set
            and fallbacks.rule_id = rules.rule_id
            and rules.method = 'hybrid'
    where rules.rule_id is null

    union all

    select
        'unknown_target_set',
        fallbacks.rule_set,
        fallbacks.rule_id,
        fallbacks.file_name,
        fallbacks.line_number,
        'names the target set ' || fallbacks.target_set || ' in position '
        || cast(fallbacks.position as varchar) || ', which has no row in target_sets'
    from fallbacks
    left join target_layers on fallbacks.target_set = target_layers.target_set
    where fallbacks.target_set is not null and target_layers.target_set is null

    union all

    select
        'layer_order',
        fallbacks.rule_set,
        fallbacks.rule_id,
        fallbacks.file_name,
        fallbacks.line_number,
        'sends from solution to target set ' || fallbacks.target_set || ' in '
        || target_layers.to_layer || '; money can only go to a later layer, '
        || 'or to objects of the same layer'
    from fallbacks
    inner join rules
        on fallbacks.rule_set = rules.rule_set and fallbacks.rule_id = rules.rule_id
    inner join target_layers on fallbacks.target_set = target_layers.target_set
    where rules.sender_layer = 'solution' and target_layers.to_layer = 'resource_tower'

    union all

    select
        'missing_capacity',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'uses the method capacity for ' || min(candidates.from_id) || ', which has no '
        || 'capacity_quantity; give it there, or in the column capacity of the rule'
    from rules
    left join fallbacks
        on
            rules.rule_set = fallbacks.rule_set
            and rules.rule_id = fallbacks.rule_id
            and fallbacks.method = 'capacity'
    inner join candidates
        on rules.rule_set = candidates.rule_set and rules.rule_id = candidates.rule_id
    left join services on candidates.from_id = services.service_id
    where
        (rules.method = 'capacity' or fallbacks.rule_id is not null)
        and coalesce(rules.capacity, fallbacks.capacity, services.capacity_quantity) is null
    group by rules.rule_set, rules.rule_id, rules.file_name, rules.line_number

)

select
    'error' as severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
