-- grain: one rule that weighs by configuration items some of which reach no receiver
-- why: the others carry their part; a relation that was entered the wrong way round is one reason
-- reads: alloc_offers, alloc_relationship_walks, alloc_standing_items, relationships, filters
-- conserves: every such rule once, with the period in which most weight is missed

with

offers as (

    select distinct
        defined_in,
        rule_id,
        fiscal_period,
        target_rule_set,
        target_set,
        driver_filter
    from {{ ref('alloc_offers') }}
    where method_used = 'relationship' and sender_layer <> 'solution'

),

item_classes as (

    select * from {{ ref('alloc_class_filters') }} where attribute = 'ci_class'

),

items as (

    select * from {{ ref('alloc_standing_items') }} where cost_weight > 0

),

reached_items as (

    select distinct
        target_rule_set,
        target_set,
        fiscal_period,
        start_id as ci_id
    from {{ ref('alloc_relationship_walks') }}

),

-- items that are said to depend on a receiver, which should depend on them
turned_items as (

    select distinct
        members.rule_set as target_rule_set,
        members.target_set,
        relationships.from_id as ci_id,
        relationships.to_id as receiver_id,
        relationships.valid_from,
        relationships.valid_to
    from {{ ref('bridge_object_relationships') }} as relationships
    inner join {{ ref('alloc_target_members') }} as members
        on relationships.to_id = members.to_id

),

weighed_items as (

    select
        offers.defined_in,
        offers.rule_id,
        offers.fiscal_period,
        offers.target_rule_set,
        offers.target_set,
        items.ci_id,
        items.ci_class,
        items.cost_weight,
        reached_items.ci_id is not null as is_reached
    from offers
    inner join item_classes on offers.driver_filter = item_classes.filter
    inner join items
        on
            item_classes.value_class = items.ci_class
            and offers.fiscal_period = items.fiscal_period
    left join reached_items
        on
            offers.target_rule_set = reached_items.target_rule_set
            and offers.target_set = reached_items.target_set
            and offers.fiscal_period = reached_items.fiscal_period
            and items.ci_id = reached_items.ci_id

),

weights as (

    select
        defined_in,
        rule_id,
        fiscal_period,
        count(*) as items,
        sum(cost_weight) as weight,
        sum(case when is_reached then 0 else 1 end) as missed_items,
        sum(case when is_reached then 0 else cost_weight end) as missed_weight,
        min(case when not is_reached then ci_id end) as missed_item
    from weighed_items
    group by defined_in, rule_id, fiscal_period

),

-- where no item reaches a receiver, the money stops, which is told as such
worst_periods as (

    select *
    from weights
    where missed_weight > 0 and missed_weight < weight
    qualify
        row_number() over (
            partition by defined_in, rule_id order by missed_weight / weight desc, fiscal_period
        ) = 1

),

turned_examples as (

    select
        worst_periods.defined_in,
        worst_periods.rule_id,
        min(items.ci_id) as ci_id,
        min_by(turned_items.receiver_id, items.ci_id || turned_items.receiver_id) as receiver_id
    from worst_periods
    inner join weighed_items as items
        on
            worst_periods.defined_in = items.defined_in
            and worst_periods.rule_id = items.rule_id
            and worst_periods.fiscal_period = items.fiscal_period
    inner join turned_items
        on
            items.target_rule_set = turned_items.target_rule_set
            and items.target_set = turned_items.target_set
            and items.ci_id = turned_items.ci_id
            and items.fiscal_period >= turned_items.valid_from
            and items.fiscal_period <= turned_items.valid_to
    where not items.is_reached
    group by worst_periods.defined_in, worst_periods.rule_id

)

select
    worst_periods.defined_in,
    worst_periods.rule_id,
    worst_periods.fiscal_period,
    worst_periods.items,
    worst_periods.missed_items,
    worst_periods.missed_item,
    cast(worst_periods.missed_weight / worst_periods.weight * 100 as decimal(5, 2))
        as missed_percent,
    turned_examples.ci_id as turned_item,
    turned_examples.receiver_id as turned_receiver
from worst_periods
left join turned_examples
    on
        worst_periods.defined_in = turned_examples.defined_in
        and worst_periods.rule_id = turned_examples.rule_id
