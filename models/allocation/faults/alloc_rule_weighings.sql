-- grain: one computed rule set, rule or position of a hybrid, and driver that it reads
-- why: every method that reads a driver is judged alike, also in the positions of a hybrid
-- reads: alloc_effective_rules, input_cost_model__allocation_fallbacks, alloc_target_sets
-- conserves: every driver of every rule and position; a rule with a budget has two

with

rules as (

    select * from {{ ref('alloc_effective_rules') }}

),

fallbacks as (

    select
        *,
        position = max(position) over (partition by rule_set, rule_id) as is_last
    from {{ ref('input_cost_model__allocation_fallbacks') }}

),

target_sets as (

    select * from {{ ref('alloc_target_sets') }}

),

weighings as (

    select
        rule_set,
        defined_in,
        rule_id,
        sender_layer,
        target_set,
        driver_id,
        'weighs by the driver ' || driver_id as reading,
        case method
            when 'dual_rate' then 'its variable part stays unallocated as no_driver_data'
            when 'standard_rate' then 'it charges nothing and all of its cost is a variance'
            else 'its money stays unallocated as no_driver_data'
        end as without_values,
        file_name,
        line_number
    from rules
    where method in ('driver', 'capacity', 'dual_rate', 'standard_rate') and driver_id is not null

    union all

    select
        rule_set,
        defined_in,
        rule_id,
        sender_layer,
        target_set,
        budget_driver_id,
        'budgets by the driver ' || budget_driver_id,
        case method
            when 'dual_rate' then 'its fixed part stays unallocated as no_driver_data'
            else 'its variances cannot tell volume from spending'
        end,
        file_name,
        line_number
    from rules
    where method in ('dual_rate', 'standard_rate') and budget_driver_id is not null

    union all

    select
        rules.rule_set,
        rules.defined_in,
        rules.rule_id,
        rules.sender_layer,
        fallbacks.target_set,
        fallbacks.driver_id,
        'at position ' || fallbacks.position || ' weighs by the driver ' || fallbacks.driver_id,
        case
            when fallbacks.is_last then 'its money stays unallocated as no_driver_data'
            else 'the next position is tried'
        end,
        fallbacks.file_name,
        fallbacks.line_number
    from rules
    inner join fallbacks
        on rules.defined_in = fallbacks.rule_set and rules.rule_id = fallbacks.rule_id
    where
        rules.method = 'hybrid'
        and fallbacks.method in ('driver', 'capacity')
        and fallbacks.driver_id is not null

)

select
    weighings.rule_set,
    weighings.defined_in,
    weighings.rule_id,
    weighings.sender_layer,
    weighings.target_set,
    target_sets.defined_in as target_rule_set,
    weighings.driver_id,
    weighings.reading,
    weighings.without_values,
    weighings.file_name,
    weighings.line_number
from weighings
left join target_sets
    on
        weighings.rule_set = target_sets.rule_set
        and weighings.target_set = target_sets.target_set
