-- grain: one fault in what rules name: target sets, drivers, rule sets, cost pools
-- why: a rule that names what is not there would send nothing, and nobody would be told
-- reads: rules, target sets, driver values, cost pools, rule sets
-- conserves: every fault once

with

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        sender_layer,
        method,
        target_set,
        driver_id,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

),

classification_rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        expense_type,
        cost_pool,
        cost_sub_pool,
        file_name,
        line_number
    from {{ ref('alloc_classification_rules') }}

),

target_layers as (

    select distinct
        target_set,
        to_layer
    from {{ ref('input_cost_model__target_sets') }}

),

target_sets as (

    select distinct target_set from target_layers

),

filled_target_sets as (

    select distinct target_set from {{ ref('alloc_target_members') }}

),

drivers as (

    select
        driver_id,
        count(case when is_known_receiver then 1 end) as known_receivers,
        min(case when not is_known_receiver then to_id end) as unknown_receiver,
        min(case when quantity < 0 then to_id end) as negative_receiver,
        max(is_delivered) as is_delivered
    from {{ ref('alloc_driver_values') }}
    group by driver_id

),

cost_pools as (

    select distinct
        cost_pool,
        cost_sub_pool
    from {{ ref('dim_cost_pools') }}
    where is_standard

),

faults as (

    select
        'error' as severity,
        'unknown_target_set' as fault,
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'names the target set ' || rules.target_set || ', which has no row in target_sets' as message
    from rules
    left join target_sets on rules.target_set = target_sets.target_set
    where rules.target_set is not null and target_sets.target_set is null

    union all

    select
        'error',
        'layer_order',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'sends from ' || rules.sender_layer || ' to target set ' || rules.target_set
        || ' in ' || target_layers.to_layer
        || '; money can only go to a later layer, or from solution to solution'
    from rules
    inner join target_layers on rules.target_set = target_layers.target_set
    where rules.sender_layer = target_layers.to_layer and rules.sender_layer <> 'solution'
        or rules.sender_layer = 'solution' and target_layers.to_layer = 'resource_tower'

    union all

    select
        'warning',
        'empty_target_set',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'names the target set ' || rules.target_set || ', none of whose members exists; '
        || 'its money stays unallocated as no_driver_data'
    from rules
    inner join target_sets on rules.target_set = target_sets.target_set
    left join filled_target_sets on rules.target_set = filled_target_sets.target_set
    where filled_target_sets.target_set is null

    union all

    select
        'warning',
        'driver_without_values',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'weighs by the driver ' || rules.driver_id || ', of which no value is known; '
        || 'its money stays unallocated as no_driver_data'
    from rules
    left join drivers on rules.driver_id = drivers.driver_id
    where rules.method = 'driver' and rules.driver_id is not null
        and coalesce(drivers.known_receivers, 0) = 0

    union all

    select
        'warning',
        'unknown_receiver',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'weighs by the driver ' || rules.driver_id || ', which has values for objects that do not '
        || 'exist, such as ' || drivers.unknown_receiver || '; they receive nothing'
    from rules
    inner join drivers on rules.driver_id = drivers.driver_id
    where rules.method = 'driver' and drivers.unknown_receiver is not null

    union all

    select
        case when rules.driver_id = 'cloud_effective_cost' then 'warning' else 'error' end,
        'negative_weight',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'weighs by the driver ' || rules.driver_id || ', which is negative in some period, such as for '
        || drivers.negative_receiver
        || case
            when rules.driver_id = 'cloud_effective_cost' then '; there it counts as 0'
            else '; correct the deliveries, a weight is never below 0'
        end
    from rules
    inner join drivers on rules.driver_id = drivers.driver_id
    where rules.method = 'driver' and drivers.negative_receiver is not null

    union all

    select
        'warning',
        'cost_pool_outside_standard',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'tags with ' || rules.cost_pool || ' / ' || rules.cost_sub_pool
        || ', which the standard does not have; it counts as an addition of the company'
    from classification_rules as rules
    left join cost_pools
        on rules.cost_pool = cost_pools.cost_pool and rules.cost_sub_pool = cost_pools.cost_sub_pool
    where cost_pools.cost_pool is null

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
