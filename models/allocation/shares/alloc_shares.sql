-- grain: one rule set, fiscal period, rule, sender, receiver and part of the cost
-- why: a share is an interval [c0, c1) of the sender's money; the last one ends at exactly 1
-- reads: alloc_offers, alloc_weights
-- conserves: every sender wholly: without weights all goes to UNALLOCATED with the reason

with

offers as (

    select * from {{ ref('alloc_offers') }} where {{ in_stale_periods() }}

),

weights as (

    select * from {{ ref('alloc_weights') }} where {{ in_stale_periods() }}

),

weighed_offers as (

    select
        offer_id,
        sum(greatest(weight, 0)) as used,
        sum(case when receives then weight else 0 end) as open_use,
        bool_or(receives) as has_receivers,
        bool_or(receives and reason_code is null) as has_objects,
        bool_or(weight > 0 and is_left_out) as has_closed_receivers,
        bool_or(not is_itself and not is_left_out) as has_others,
        max(driver_period) as driver_period
    from weights
    group by offer_id

),

tried_offers as (

    select
        offers.*,
        weighed_offers.driver_period,
        weighed_offers.used,
        weighed_offers.open_use,
        coalesce(weighed_offers.has_receivers, false) as has_receivers,
        weighed_offers.has_objects,
        coalesce(weighed_offers.has_others, false) as has_others,
        coalesce(weighed_offers.has_closed_receivers, false) as has_closed_receivers,
        case
            when
                offers.method_used = 'capacity'
                and offers.idle = 'visible'
                and offers.capacity > weighed_offers.used
                then offers.capacity - weighed_offers.used
        end as idle_capacity,
        idle_capacity > 0 and not has_closed_receivers as has_idle_capacity
    from offers
    left join weighed_offers on offers.offer_id = weighed_offers.offer_id

),

-- the first try that an object receives by, else one that says where money stands, else the last
taken_offers as (

    select
        *,
        min(offer_id) over tries as sender_id
    from tried_offers
    window tries as (partition by rule_set, fiscal_period, rule_id, from_id)
    qualify
        position = coalesce(
            min(case when has_objects then position end) over tries,
            min(case when has_receivers or has_idle_capacity then position end) over tries,
            max(position) over tries
        )

),

receivers as (

    select
        offer_id,
        to_layer,
        to_id,
        reason_code,
        weight,
        order_key
    from weights
    where receives

    union all

    select
        offer_id,
        {{ next_layer('layer_number') }},
        'IDLE_CAPACITY',
        'idle_capacity',
        cast(idle_capacity as decimal(38, 12)),
        {{ order_key("'IDLE_CAPACITY'") }}
    from taken_offers
    where idle_capacity > 0

    union all

    select
        offer_id,
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
        offers.sender_id,
        offers.offer_id,
        offers.part,
        offers.sender_layer <> receivers.to_layer or receivers.reason_code is not null as leaves,
        receivers.to_layer,
        receivers.to_id,
        receivers.reason_code,
        receivers.weight,
        case
            when offers.part <> ''
                then {{ part_units(
                    'offers.part_percentage', 'receivers.weight', 'offers.open_use'
                ) }}
            when receivers.weight = 0 then 1
            -- who is left out has used what others pay for: idle stays what nobody used
            when
                receivers.reason_code = 'idle_capacity'
                and offers.open_use > 0
                and offers.open_use < offers.used
                then {{ weight_units(
                    'receivers.weight * (cast(offers.open_use as double) / offers.used)'
                ) }}
            else {{ weight_units('receivers.weight') }}
        end as units,
        {{ receiver_order('offers.order_key', 'receivers.order_key', 'offers.fiscal_period') }}
            as receiver_position
    from taken_offers as offers
    inner join receivers on offers.offer_id = receivers.offer_id

),

running_receivers as (

    select
        *,
        sum(units) over so_far as running_units,
        sum(units) over sender as total_units,
        sum(case when leaves then units else 0 end) over so_far as running_leaving,
        sum(case when leaves then units else 0 end) over sender as leaving_units
    from weighed_parts
    window
        sender as (partition by sender_id),
        so_far as (
            partition by sender_id
            order by receiver_position, to_layer, to_id, part
            rows between unbounded preceding and current row
        )

)

select
    offers.rule_set,
    offers.fiscal_period,
    offers.rule_id,
    offers.from_id,
    offers.sender_layer,
    receivers.to_layer,
    receivers.to_id,
    receivers.part,
    offers.method,
    offers.method_used,
    offers.position as fallback_position,
    receivers.reason_code,
    receivers.weight,
    receivers.units,
    receivers.total_units,
    receivers.leaving_units,
    {{ share_of('receivers.running_units - receivers.units', 'receivers.total_units') }} as c0,
    {{ share_of('receivers.running_units', 'receivers.total_units') }} as c1,
    case
        when receivers.leaves
            then {{ share_of('running_leaving - receivers.units', 'leaving_units') }}
    end as exit_c0,
    case when receivers.leaves then {{ share_of('running_leaving', 'leaving_units') }} end
        as exit_c1,
    offers.driver_period
from running_receivers as receivers
inner join taken_offers as offers on receivers.offer_id = offers.offer_id
