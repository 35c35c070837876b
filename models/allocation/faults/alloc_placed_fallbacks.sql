-- grain: one fallback of a hybrid rule, and computed rule set in which it names what it names
-- why: whom a fallback would pay is known once, for all that may be wrong with it
-- reads: fallbacks, alloc_effective_rules, target sets and their members, percentages
-- conserves: every fallback of a hybrid rule; others have no row

with

fallbacks as (

    select
        *,
        lead(position) over (partition by rule_set, rule_id order by position) as next_position
    from {{ ref('input_cost_model__allocation_fallbacks') }}

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

)

select distinct
    fallbacks.rule_set,
    fallbacks.rule_id,
    fallbacks.position,
    fallbacks.next_position,
    fallbacks.method,
    fallbacks.target_set,
    fallbacks.driver_id,
    fallbacks.capacity,
    fallbacks.file_name,
    fallbacks.line_number,
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
