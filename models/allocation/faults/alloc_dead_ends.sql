-- grain: one rule that may send to an object that no rule takes further
-- why: money that arrives there stops, which is better known before it does
-- reads: alloc_shares, alloc_pool_rules, alloc_object_rules, alloc_effective_rules
-- conserves: every such rule and layer once; a layer without any rule may be meant as the last

with

takers as (

    select distinct
        rule_set,
        sender_layer as layer,
        from_id as object_id
    from {{ ref('alloc_object_rules') }}

),

receivers as (

    select
        rule_set,
        rule_id,
        to_layer as layer,
        to_id as object_id
    from {{ ref('alloc_shares') }}
    where reason_code is null and to_layer <> 'consumer'

    union

    select
        rule_set,
        rule_id,
        tag_layer,
        tag_id
    from {{ ref('alloc_pool_rules') }}
    where reason_code is null and tag_layer <> 'consumer'

),

layers_with_rules as (

    select distinct
        rule_set,
        layer
    from takers

),

rules as (

    select distinct
        rule_set,
        rule_id,
        defined_in
    from {{ ref('alloc_effective_rules') }}

)

select
    'receiver_without_rule' as fault,
    rules.defined_in,
    rules.rule_id,
    min(receivers.object_id) as object_id,
    'may send to ' || min(receivers.object_id)
    || case
        when count(distinct receivers.object_id) > 1
            then ' and ' || {{ counted('count(distinct receivers.object_id) - 1', 'other') }}
        else ''
    end
    || ', which no rule of the layer ' || receivers.layer
    || ' takes further; money that arrives there stays unallocated as no_matching_rule: '
    || 'add a rule that takes it' as message
from receivers
inner join layers_with_rules
    on receivers.rule_set = layers_with_rules.rule_set and receivers.layer = layers_with_rules.layer
inner join rules on receivers.rule_set = rules.rule_set and receivers.rule_id = rules.rule_id
left join takers
    on
        receivers.rule_set = takers.rule_set
        and receivers.layer = takers.layer
        and receivers.object_id = takers.object_id
where takers.object_id is null
group by rules.defined_in, rules.rule_id, receivers.layer
