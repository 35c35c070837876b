-- grain: one offer by relationships and receiver
-- why: a sending object spreads evenly over what it reaches, and so does an item's weight
-- reads: alloc_offers, alloc_relationship_walks, dim_configuration_items, filters
-- conserves: the weight of every item that reaches a target, to its twelfth decimal

with

offers as (

    select * from {{ ref('alloc_offers') }}
    where {{ in_stale_periods() }} and method_used = 'relationship'

),

walks as (

    select * from {{ ref('alloc_relationship_walks') }} where {{ in_stale_periods() }}

),

configuration_items as (

    select * from {{ ref('dim_configuration_items') }}

),

item_classes as (

    select * from {{ ref('alloc_class_filters') }} where attribute = 'ci_class'

),

walks_with_width as (

    select
        *,
        count(*) over (
            partition by target_rule_set, target_set, fiscal_period, start_id
        ) as targets_reached
    from walks

),

weights_from_items as (

    select
        offers.offer_id,
        offers.fiscal_period,
        walks.to_layer,
        walks.to_id,
        cast(
            floor(
                cast({{ weight_units('items.cost_weight') }} as double) / walks.targets_reached
            ) as decimal(38, 0)
        ) as units
    from offers
    inner join item_classes on offers.driver_filter = item_classes.filter
    inner join configuration_items as items on item_classes.value_class = items.ci_class
    inner join walks_with_width as walks
        on
            offers.target_rule_set = walks.target_rule_set
            and offers.target_set = walks.target_set
            and offers.fiscal_period = walks.fiscal_period
            and items.ci_id = walks.start_id
    where offers.sender_layer <> 'solution'

),

weights_from_senders as (

    select
        offers.offer_id,
        offers.fiscal_period,
        walks.to_layer,
        walks.to_id,
        cast(1000000000000 as decimal(38, 0)) as units
    from offers
    inner join walks
        on
            offers.target_rule_set = walks.target_rule_set
            and offers.target_set = walks.target_set
            and offers.fiscal_period = walks.fiscal_period
            and offers.from_id = walks.start_id
    where offers.sender_layer = 'solution'

),

weights as (

    select * from weights_from_items
    union all
    select * from weights_from_senders

)

select
    offer_id,
    fiscal_period,
    to_layer,
    to_id,
    cast(
        cast(sum(units) as decimal(24, 0)) * cast(0.000000000001 as decimal(12, 12))
        as decimal(38, 12)
    ) as weight
from weights
group by offer_id, fiscal_period, to_layer, to_id
