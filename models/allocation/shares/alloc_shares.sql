-- grain: one rule set, fiscal period, rule, sender, receiver and part of the cost
-- why: a share is an interval [c0, c1) of the sender's money; the last one ends at exactly 1
-- reads: alloc_offers, alloc_weights, alloc_objects
-- conserves: every sender wholly: without weights all goes to UNALLOCATED with the reason

with

offers as (

    select * from {{ ref('alloc_offers') }} where {{ in_stale_periods() }}

),

weights as (

    select * from {{ ref('alloc_weights') }} where {{ in_stale_periods() }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

weighed_receivers as (

    select
        offers.offer_id,
        weights.to_layer,
        weights.to_id,
        weights.reason_code,
        weights.weight,
        weights.driver_period,
        offers.sender_layer = weights.to_layer and offers.from_id = weights.to_id as is_itself,
        coalesce(objects.order_key, {{ order_key('weights.to_id') }}) as order_key,
        weights.is_left_out,
        weights.weight > 0
        and not is_itself
        and not weights.is_left_out
        and (objects.object_id is not null or weights.reason_code is not null) as receives
    from offers
    inner join weights on offers.offer_id = weights.offer_id
    left join objects on weights.to_layer = objects.layer and weights.to_id = objects.object_id

),

weighed_offers as (

    select
        offer_id,
        sum(greatest(weight, 0)) as used,
        sum(case when receives then weight else 0 end) as open_use,
        bool_or(receives) as has_receivers,
        bool_or(weight > 0 and is_left_out) as has_closed_receivers,
        bool_or(not is_itself and not is_left_out) as has_others,
        max(driver_period) as driver_period
    from weighed_receivers
    group by offer_id

),

tried_offers as (

    select
        offers.*,
        weighed_offers.driver_period,
        weighed_offers.used,
        weighed_offers.open_use,
        coalesce(weighed_offers.has_receivers, false) as has_receivers,
        coalesce(weighed_offers.has_others, false) as has_others,
        coalesce(weighed_offers.has_closed_receivers, false) as has_closed_receivers,
        case
            when
                offers.method_used = 'capacity'
                and offers.idle = 'visible'
                and offers.capacity > weighed_offers.used
                then offers.capacity - weighed_offers.used
        end as idle_capacity
    from offers
    left join weighed_offers on offers.offer_id = weighed_offers.offer_id

),

-- the first try that has data; of a rule without any, the last, which says why
taken_offers as (

    select *
    from tried_offers
    qualify
        position = coalesce(
            min(
                case
                    when has_receivers or (idle_capacity > 0 and not has_closed_receivers)
                        then position
                end
            ) over (partition by rule_set, fiscal_period, rule_id, from_id),
            max(position) over (partition by rule_set, fiscal_period, rule_id, from_id)
        )

),

receivers as (

    select
        taken_offers.*,
        weighed_receivers.to_layer,
        weighed_receivers.to_id,
        weighed_receivers.reason_code,
        weighed_receivers.weight,
        weighed_receivers.order_key as receiver_key
    from taken_offers
    inner join weighed_receivers on taken_offers.offer_id = weighed_receivers.offer_id
    where weighed_receivers.receives

    union all

    select
        *,
        {{ next_layer('layer_number') }},
        'IDLE_CAPACITY',
        'idle_capacity',
        cast(idle_capacity as decimal(38, 12)),
        {{ order_key("'IDLE_CAPACITY'") }}
    from taken_offers
    where idle_capacity > 0

    union all

    select
        *,
        {{ next_layer('layer_number') }},
        'UNALLOCATED',
        case
            when has_closed_receivers then 'receivers_closed'
            when has_others then 'zero_weights'
            else 'no_driver_data'
        end,
        cast(case when idle_capacity > 0 then used else 0 end as decimal(38, 12)),
        {{ order_key("'UNALLOCATED'") }}
    from taken_offers
    where not has_receivers and (idle_capacity is null or has_closed_receivers)

),

weighed_parts as (

    select
        *,
        case
            when part <> '' then {{ part_units('part_percentage', 'weight', 'offer_id') }}
            when weight = 0 then 1
            -- who is left out has used what others pay for: idle stays what nobody used
            when reason_code = 'idle_capacity' and open_use > 0 and open_use < used
                then {{ weight_units('weight * (cast(open_use as double) / used)') }}
            else {{ weight_units('weight') }}
        end as units,
        {{ receiver_order('order_key', 'receiver_key', 'fiscal_period') }} as receiver_position
    from receivers

),

running_receivers as (

    select
        *,
        sum(units) over (
            partition by rule_set, fiscal_period, rule_id, from_id
            order by receiver_position, to_layer, to_id, part
            rows between unbounded preceding and current row
        ) as running_units,
        sum(units) over (
            partition by rule_set, fiscal_period, rule_id, from_id
        ) as total_units
    from weighed_parts

)

select
    rule_set,
    fiscal_period,
    rule_id,
    from_id,
    sender_layer,
    to_layer,
    to_id,
    part,
    method,
    method_used,
    position as fallback_position,
    reason_code,
    weight,
    units,
    total_units,
    cast(running_units - units as double) / cast(total_units as double) as c0,
    cast(running_units as double) / cast(total_units as double) as c1,
    driver_period
from running_receivers
