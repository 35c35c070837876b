-- grain: one rule and sender whose use falls outside, or rule and receiver of two layers
-- why: use that no receiver answers for looks idle, and one id in two layers hides a choice
-- reads: unused values, offer versions, taken offers, weights, driver values, objects, target sets
-- conserves: every such case of the positions that were taken, with one period and receiver

with

taken_positions as (

    select * from {{ ref('alloc_taken_offers') }}

),

versions as (

    select versions.*
    from {{ ref('alloc_offer_versions') }} as versions
    inner join taken_positions
        on
            versions.rule_set = taken_positions.rule_set
            and versions.fiscal_period = taken_positions.fiscal_period
            and versions.rule_id = taken_positions.rule_id
            and versions.from_id = taken_positions.from_id
            and versions.position = taken_positions.fallback_position

),

unused_values as (

    select * from {{ ref('alloc_unused_values') }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

ids_of_several_layers as (

    select object_id
    from objects
    group by object_id
    having count(*) > 1

),

driver_values as (

    select * from {{ ref('alloc_driver_values') }}
    where
        quantity > 0
        and to_layer is null
        and to_id in (select object_id from ids_of_several_layers)

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

weights as (

    select * from {{ ref('alloc_weights') }}

),

-- an open object of the id may be outside its target set
outside_uses as (

    select distinct
        unused_values.offer_id,
        unused_values.defined_in,
        unused_values.rule_id,
        unused_values.from_id,
        unused_values.fiscal_period,
        unused_values.target_set,
        unused_values.idle,
        objects.object_id,
        unused_values.quantity
    from unused_values
    inner join objects
        on
            unused_values.to_id = objects.object_id
            and coalesce(unused_values.to_layer, objects.layer) = objects.layer
            and unused_values.fiscal_period <= objects.last_day
    where
        unused_values.method_used = 'capacity'
        and unused_values.target_set is not null
        and not unused_values.is_passed_over

),

outside as (

    select
        offer_id,
        defined_in,
        rule_id,
        from_id,
        fiscal_period,
        target_set,
        idle,
        min(object_id) as example_id,
        sum(quantity) as used
    from outside_uses
    group by offer_id, defined_in, rule_id, from_id, fiscal_period, target_set, idle

),

-- the period in which most is used stands for the others
most_outside as (

    select *
    from outside
    qualify
        row_number() over (
            partition by defined_in, rule_id, from_id
            order by used desc, fiscal_period asc, offer_id asc
        ) = 1

),

passed_layers as (

    select
        versions.defined_in,
        versions.rule_id,
        min(versions.driver_id) as driver_id,
        objects.object_id,
        min(weights.to_layer) as taken_layer,
        min(objects.layer) as passed_layer
    from versions
    inner join driver_values
        on
            versions.driver_id = driver_values.driver_id
            and versions.driver_from_id = driver_values.from_id
            and versions.driver_period = driver_values.driver_period
    inner join weights
        on versions.offer_id = weights.offer_id and driver_values.to_id = weights.to_id
    inner join objects
        on
            driver_values.to_id = objects.object_id
            and weights.to_layer <> objects.layer
            and versions.fiscal_period <= objects.last_day
            and (
                versions.layer_number < objects.layer_number
                or versions.sender_layer = objects.layer
            )
    left join target_members
        on
            versions.target_set = target_members.target_set
            and versions.target_rule_set = target_members.rule_set
            and objects.layer = target_members.to_layer
            and objects.object_id = target_members.to_id
    where versions.target_set is null or target_members.to_id is not null
    group by versions.defined_in, versions.rule_id, objects.object_id

)

select
    'use_outside_target_set' as fault,
    defined_in,
    rule_id,
    from_id as object_id,
    'finds ' || cast(cast(used as decimal(24, 2)) as varchar) || ' used of the capacity of '
    || case from_id when '*' then 'the cost pool' else from_id end
    || ' by receivers outside the target set ' || target_set || ', such as ' || example_id
    || ', in the period from ' || cast(fiscal_period as varchar) || '; '
    || case idle when 'visible' then 'it counts as idle' else 'those inside carry it' end
    || ': widen the target set, or correct the driver' as message
from most_outside

union all

select
    'receiver_of_two_layers',
    defined_in,
    rule_id,
    object_id,
    'weighs by the driver ' || driver_id || ', which has a value for ' || object_id
    || ', an object of the ' || taken_layer || ' and of the ' || passed_layer
    || ' layer; the ' || taken_layer || ' layer took it: name the layer by a target set, or give '
    || 'one of them another id'
from passed_layers
