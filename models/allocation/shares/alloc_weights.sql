-- grain: one offer and receiver, by whatever method
-- why: who may receive: what exists, weighs something, and is neither the sender nor closed
-- reads: alloc_offers, alloc_objects, alloc_method_weights, alloc_cost_weights
-- conserves: every weight, also those of zero; is_left_out marks what a network method closes

with

offers as (

    select * from {{ ref('alloc_offers') }} where {{ in_stale_periods() }}

),

method_weights as (

    select * from {{ ref('alloc_method_weights') }} where {{ in_stale_periods() }}

),

cost_weights as (

    select * from {{ ref('alloc_cost_weights') }} where {{ in_stale_periods() }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

closed_objects as (

    select
        network,
        rule_set,
        fiscal_period,
        sender_layer as layer,
        from_id as object_id,
        min(sequence) as sequence
    from offers
    where network = 'step_down'
    group by network, rule_set, fiscal_period, sender_layer, from_id

),

weights as (

    select
        offer_id,
        to_layer,
        to_id,
        reason_code,
        weight,
        driver_period,
        false as is_sender
    from method_weights

    union all

    select
        offer_id,
        to_layer,
        to_id,
        null,
        weight,
        null,
        is_sender
    from cost_weights

),

marked_weights as (

    select
        weights.*,
        offers.fiscal_period,
        coalesce(objects.order_key, {{ order_key('weights.to_id') }}) as order_key,
        objects.object_id is not null or weights.reason_code is not null as is_known,
        weights.is_sender
        or weights.to_layer = offers.sender_layer and weights.to_id = offers.from_id as is_itself,
        weights.reason_code is null
        and weights.to_layer = offers.sender_layer
        and (
            offers.network = 'direct'
            or closed_objects.object_id is not null
            and (
                closed_objects.sequence < offers.sequence
                or closed_objects.sequence = offers.sequence
                and weights.to_id <= offers.from_id
            )
        ) as is_left_out
    from weights
    inner join offers on weights.offer_id = offers.offer_id
    left join objects on weights.to_layer = objects.layer and weights.to_id = objects.object_id
    left join closed_objects
        on
            offers.network = closed_objects.network
            and offers.rule_set = closed_objects.rule_set
            and offers.fiscal_period = closed_objects.fiscal_period
            and weights.to_layer = closed_objects.layer
            and weights.to_id = closed_objects.object_id

)

select
    offer_id,
    fiscal_period,
    to_layer,
    to_id,
    reason_code,
    weight,
    driver_period,
    order_key,
    is_itself,
    is_left_out,
    weight > 0 and is_known and not is_itself and not is_left_out as receives
from marked_weights
