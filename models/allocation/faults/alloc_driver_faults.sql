-- grain: one fault of a rule in a driver that it reads
-- why: a driver without values, or with values that cannot be weights, is said early
-- reads: weighings, driver values, judged drivers, objects, odd weights, alloc_cost_buckets
-- conserves: every fault once

{% set credits_may_exceed = ('cloud_effective_cost', 'tagged_cost') %}

with

weighings as (

    select * from {{ ref('alloc_rule_weighings') }}

),

driver_values as (

    select * from {{ ref('alloc_driver_values') }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

drivers as (

    select * from {{ ref('alloc_judged_drivers') }}

),

alike_drivers as (

    select
        weighings.driver_id,
        {{ nearest_name('weighings.driver_id', 'drivers.driver_id') }} as alike
    from weighings
    inner join drivers on {{ is_near_name('weighings.driver_id', 'drivers.driver_id') }}
    group by weighings.driver_id

),

receivers as (

    select distinct
        driver_values.driver_id,
        driver_values.from_id = '*' as is_from_any,
        objects.layer,
        objects.layer_number,
        objects.object_id
    from driver_values
    inner join {{ ref('alloc_objects') }} as objects
        on
            driver_values.to_id = objects.object_id
            and coalesce(driver_values.to_layer, objects.layer) = objects.layer

),

usable_weighings as (

    select distinct
        weighings.rule_set,
        weighings.rule_id,
        weighings.reading
    from weighings
    inner join receivers
        on
            weighings.driver_id = receivers.driver_id
            and (receivers.is_from_any or weighings.sender_layer <> 'cost_pool')
            and (weighings.sender_layer <> 'solution' or receivers.layer <> 'resource_tower')
    left join target_members
        on
            weighings.target_rule_set = target_members.rule_set
            and weighings.target_set = target_members.target_set
            and receivers.layer = target_members.to_layer
            and receivers.object_id = target_members.to_id
    where weighings.target_set is null or target_members.to_id is not null

),

filled_target_sets as (

    select distinct
        rule_set,
        target_set
    from target_members

),

judged_weighings as (

    select distinct
        weighings.defined_in as rule_set,
        weighings.rule_id,
        weighings.file_name,
        weighings.line_number,
        weighings.driver_id,
        weighings.reading,
        weighings.without_values,
        coalesce(drivers.known_receivers, 0) as known_receivers,
        odd_weights.negative_receiver,
        odd_weights.heavy_receiver,
        drivers.first_period,
        case when drivers.driver_id is null then alike_drivers.alike end as alike_driver,
        usable_weighings.rule_id is not null
        -- a target set that holds nobody is told by itself
        or weighings.target_set is not null and filled_target_sets.target_set is null as is_usable
    from weighings
    left join drivers on weighings.driver_id = drivers.driver_id
    left join alike_drivers on weighings.driver_id = alike_drivers.driver_id
    left join filled_target_sets
        on
            weighings.target_rule_set = filled_target_sets.rule_set
            and weighings.target_set = filled_target_sets.target_set
    left join usable_weighings
        on
            weighings.rule_set = usable_weighings.rule_set
            and weighings.rule_id = usable_weighings.rule_id
            and weighings.reading = usable_weighings.reading
    left join {{ ref('alloc_odd_weights') }} as odd_weights
        on
            weighings.rule_set = odd_weights.rule_set
            and weighings.rule_id = odd_weights.rule_id
            and weighings.reading = odd_weights.reading

),

faults as (

    select
        *,
        'warning' as severity,
        'driver_without_values' as fault,
        ', of which no value is known' || {{ did_you_mean('alike_driver', 'driver_id') }} || '; '
        || without_values as message
    from judged_weighings
    where known_receivers = 0

    union all

    select
        *,
        'warning',
        'driver_without_receivers',
        ', which has no value from a sender to a receiver of this rule; ' || without_values
    from judged_weighings
    where known_receivers > 0 and not is_usable

    union all

    select
        *,
        'warning',
        'driver_begins_late',
        ', whose first value is of ' || cast(first_period as varchar)
        || ', after every period with money; ' || without_values
    from judged_weighings
    where first_period > (select max(fiscal_period) from {{ ref('alloc_cost_buckets') }})

    union all

    select
        *,
        case
            when driver_id in {{ credits_may_exceed }} then 'warning' else 'error'
        end,
        'negative_weight',
        ', which is negative in some period, such as for ' || negative_receiver
        || case
            when driver_id in {{ credits_may_exceed }} then '; there it counts as 0'
            else '; correct the deliveries, a weight is never below 0'
        end
    from judged_weighings
    where negative_receiver is not null

    union all

    select
        *,
        'error',
        'weight_too_large',
        ', which is a thousand million millions or more, such as for ' || heavy_receiver
        || '; weigh by a larger unit, such as gigabytes or millions'
    from judged_weighings
    where heavy_receiver is not null

)

select
    severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    reading || message as message
from faults
