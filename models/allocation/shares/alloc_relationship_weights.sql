-- grain: one sender and receiver of a relationship rule
-- why: a sending object spreads evenly over what it reaches, and so does an item's weight
-- reads: alloc_senders, alloc_relationship_walks, dim_configuration_items, filters
-- conserves: the weight of every item that reaches a target, to its twelfth decimal

with

senders as (

    select * from {{ ref('alloc_senders') }} where method = 'relationship'

),

walks as (

    select * from {{ ref('alloc_relationship_walks') }}

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
        count(*) over (partition by target_set, fiscal_period, start_id) as targets_reached
    from walks

),

weights_from_items as (

    select
        senders.rule_set,
        senders.fiscal_period,
        senders.rule_id,
        senders.from_id,
        walks.to_layer,
        walks.to_id,
        cast(
            floor(
                cast({{ weight_units('items.cost_weight') }} as double) / walks.targets_reached
            ) as decimal(38, 0)
        ) as units
    from senders
    inner join item_classes on senders.ci_class_filter = item_classes.filter
    inner join configuration_items as items on item_classes.value_class = items.ci_class
    inner join walks_with_width as walks
        on
            senders.target_set = walks.target_set
            and senders.fiscal_period = walks.fiscal_period
            and items.ci_id = walks.start_id
    where senders.sender_layer <> 'solution'

),

weights_from_senders as (

    select
        senders.rule_set,
        senders.fiscal_period,
        senders.rule_id,
        senders.from_id,
        walks.to_layer,
        walks.to_id,
        cast(1000000000000 as decimal(38, 0)) as units
    from senders
    inner join walks
        on
            senders.target_set = walks.target_set
            and senders.fiscal_period = walks.fiscal_period
            and senders.from_id = walks.start_id
    where senders.sender_layer = 'solution'

),

weights as (

    select * from weights_from_items
    union all
    select * from weights_from_senders

)

select
    rule_set,
    fiscal_period,
    rule_id,
    from_id,
    to_layer,
    to_id,
    cast(
        cast(sum(units) as decimal(24, 0)) * cast(0.000000000001 as decimal(12, 12))
        as decimal(38, 12)
    ) as weight
from weights
group by rule_set, fiscal_period, rule_id, from_id, to_layer, to_id
