-- grain: one offer and receiver, by whatever method
-- why: every method brings its weights into this shape; a new method is one more branch
-- reads: alloc_offers, objects, target sets, percentages, driver, cloud, relationship weights
-- conserves: every weight, also those of zero; is_left_out marks what a network method closes

with

offers as (

    select * from {{ ref('alloc_offers') }} where {{ in_stale_periods() }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

percentages as (

    select * from {{ ref('input_cost_model__allocation_percentages') }}

),

driver_weights as (

    select * from {{ ref('alloc_driver_weights') }} where {{ in_stale_periods() }}

),

cloud_weights as (

    select * from {{ ref('alloc_cloud_weights') }} where {{ in_stale_periods() }}

),

relationship_weights as (

    select * from {{ ref('alloc_relationship_weights') }} where {{ in_stale_periods() }}

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
        offers.offer_id,
        target_members.to_layer,
        target_members.to_id,
        cast(null as varchar) as reason_code,
        cast(1 as decimal(38, 12)) as weight,
        cast(null as date) as driver_period
    from offers
    inner join target_members
        on
            offers.target_set = target_members.target_set
            and offers.target_rule_set = target_members.rule_set
            and offers.fiscal_period <= target_members.last_day
    where offers.method_used = 'even'

    union all

    select
        offers.offer_id,
        case
            when percentages.to_id = 'UNALLOCATED' then {{ next_layer('offers.layer_number') }}
            else percentages.to_layer
        end,
        percentages.to_id,
        case when percentages.to_id = 'UNALLOCATED' then 'not_distributed' end,
        percentages.percentage,
        null
    from offers
    inner join percentages
        on offers.defined_in = percentages.rule_set and offers.rule_id = percentages.rule_id
    where offers.method_used = 'fixed_percent'

    union all

    select
        offer_id,
        to_layer,
        to_id,
        null,
        weight,
        driver_period
    from driver_weights

    union all

    select
        offer_id,
        to_layer,
        to_id,
        reason_code,
        weight,
        null
    from cloud_weights

    union all

    select
        offer_id,
        to_layer,
        to_id,
        null,
        weight,
        null
    from relationship_weights

),

marked_weights as (

    select
        weights.*,
        offers.fiscal_period,
        coalesce(objects.order_key, {{ order_key('weights.to_id') }}) as order_key,
        objects.object_id is not null or weights.reason_code is not null as is_known,
        weights.to_layer = offers.sender_layer and weights.to_id = offers.from_id as is_itself,
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
