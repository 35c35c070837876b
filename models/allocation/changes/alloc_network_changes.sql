-- grain: one proposed rule set, period, layer and object that pays others of its layer differently
-- why: a network changes the way of money that the changed rule does not take itself
-- reads: alloc_layer_edges, alloc_object_rules, alloc_rule_changes, alloc_rule_set_pairs
-- conserves: every object whose edges differ, once, with the rule that makes them so

with

pairs as (

    select * from {{ ref('alloc_rule_set_pairs') }}

),

edges as (

    select * from {{ ref('alloc_layer_edges') }}

),

object_rules as (

    select * from {{ ref('alloc_object_rules') }}

),

changed_rules as (

    select distinct
        rule_set,
        rule_id
    from {{ ref('alloc_rule_changes') }}
    where rule_kind = 'allocation'

),

compared_edges as (

    select
        pairs.rule_set,
        pairs.based_on,
        edges.fiscal_period,
        edges.layer,
        edges.from_id,
        edges.to_id,
        sum(case when edges.rule_set = pairs.rule_set then edges.share else -edges.share end)
            as share_change
    from pairs
    inner join edges on edges.rule_set in (pairs.rule_set, pairs.based_on)
    group by all

),

changed_objects as (

    select distinct
        rule_set,
        based_on,
        fiscal_period,
        layer,
        from_id
    from compared_edges
    where abs(share_change) > 0.000000000001

)

select
    changed_objects.rule_set,
    changed_objects.based_on,
    changed_objects.fiscal_period,
    changed_objects.layer,
    changed_objects.from_id as object_id,
    coalesce(
        max(case when rules.rule_set = changed_objects.rule_set then changed_rules.rule_id end),
        max(changed_rules.rule_id),
        max(rules.rule_id)
    ) as moved_by
from changed_objects
inner join object_rules as rules
    on
        rules.rule_set in (changed_objects.rule_set, changed_objects.based_on)
        and changed_objects.fiscal_period = rules.fiscal_period
        and changed_objects.layer = rules.sender_layer
        and changed_objects.from_id = rules.from_id
left join changed_rules
    on changed_objects.rule_set = changed_rules.rule_set and rules.rule_id = changed_rules.rule_id
group by all
