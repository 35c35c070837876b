-- grain: one fault of a rule that may send to objects of its own layer
-- why: a network is the same for all money; the variance of a standard rate needs a way out
-- reads: alloc_effective_rules, target sets, percentages, fallbacks, alloc_driver_deliveries
-- conserves: every fault once

with

rules as (

    select distinct
        rule_set as computed_rule_set,
        defined_in as rule_set,
        rule_id,
        sender_layer,
        method,
        target_set,
        driver_id,
        network,
        cost_pool_filter || cost_sub_pool_filter || expense_type_filter as pool_filters,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

),

offers as (

    select
        computed_rule_set,
        rule_set,
        rule_id,
        target_set,
        case when method in ('driver', 'capacity', 'dual_rate', 'standard_rate') then driver_id end
            as driver_id
    from rules

    union all

    select
        rules.computed_rule_set,
        rules.rule_set,
        rules.rule_id,
        fallbacks.target_set,
        case when fallbacks.method in ('driver', 'capacity') then fallbacks.driver_id end
    from rules
    inner join {{ ref('input_cost_model__allocation_fallbacks') }} as fallbacks
        on rules.rule_set = fallbacks.rule_set and rules.rule_id = fallbacks.rule_id

),

deliveries as (

    select
        driver_id,
        bool_or(reaches_towers) as reaches_towers,
        bool_or(reaches_solutions) as reaches_solutions
    from {{ ref('alloc_driver_deliveries') }}
    group by driver_id

),

receiving_layers as (

    select
        offers.rule_set,
        offers.rule_id,
        target_sets.to_layer
    from offers
    inner join {{ ref('alloc_target_sets') }} as known_sets
        on
            offers.computed_rule_set = known_sets.rule_set
            and offers.target_set = known_sets.target_set
    inner join {{ ref('input_cost_model__target_sets') }} as target_sets
        on
            known_sets.defined_in = target_sets.rule_set
            and known_sets.target_set = target_sets.target_set

    union

    select
        rule_set,
        rule_id,
        to_layer
    from {{ ref('input_cost_model__allocation_percentages') }}
    where to_id <> 'UNALLOCATED'

    union

    select
        offers.rule_set,
        offers.rule_id,
        'resource_tower'
    from offers
    inner join deliveries on offers.driver_id = deliveries.driver_id and deliveries.reaches_towers
    where offers.target_set is null

    union

    select
        offers.rule_set,
        offers.rule_id,
        'solution'
    from offers
    inner join deliveries
        on offers.driver_id = deliveries.driver_id and deliveries.reaches_solutions
    where offers.target_set is null

),

rules_within_their_layer as (

    select distinct
        rules.rule_set,
        rules.rule_id,
        rules.sender_layer,
        rules.method,
        rules.pool_filters,
        rules.file_name,
        rules.line_number
    from rules
    inner join receiving_layers
        on
            rules.rule_set = receiving_layers.rule_set
            and rules.rule_id = receiving_layers.rule_id
            and rules.sender_layer = receiving_layers.to_layer
    where rules.network <> 'direct'

),

faults as (

    select
        'error' as severity,
        'network_filter' as fault,
        rule_set,
        rule_id,
        file_name,
        line_number,
        'may send to other towers and filters on cost pool, sub-pool or expense type; '
        || 'a network is the same for all money: empty the filters, or set network to direct'
            as message
    from rules_within_their_layer
    where sender_layer = 'resource_tower' and pool_filters <> '***'

    union all

    select
        'error',
        'standard_rate_within_layer',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'charges by a standard rate and may send to objects of its own layer; '
        || 'name a target_set of a later layer, or set network to direct'
    from rules_within_their_layer
    where method = 'standard_rate'

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
