-- grain: one proposed rule set, period, layer, and the sender and rule before and after
-- why: which steps of money have to be compared; a step is one sender's outflow by one rule
-- reads: alloc_bucket_ways, senders of towers and solutions, alloc_object_rules
-- conserves: every step that money takes before the change, once

with

pairs as (

    select * from {{ ref('alloc_rule_set_pairs') }}

),

bucket_ways as (

    select * from {{ ref('alloc_bucket_ways') }}

),

tower_senders as (

    select * from {{ ref('alloc_tower_senders') }} where measure = 'amount'

),

solution_senders as (

    select * from {{ ref('alloc_solution_senders') }} where measure = 'amount'

),

object_rules as (

    select * from {{ ref('alloc_object_rules') }}

)

select distinct
    rule_set,
    based_on,
    fiscal_period,
    'cost_pool' as sender_layer,
    before_rule_id,
    before_from_id,
    after_rule_id,
    after_from_id
from bucket_ways
where before_class_rule_id is null

union all

select distinct
    pairs.rule_set,
    pairs.based_on,
    senders.fiscal_period,
    'resource_tower' as sender_layer,
    coalesce(senders.rule_id, '') as before_rule_id,
    senders.from_id as before_from_id,
    coalesce(rules.rule_id, '') as after_rule_id,
    senders.from_id as after_from_id
from pairs
inner join tower_senders as senders on pairs.based_on = senders.rule_set
left join object_rules as rules
    on
        pairs.rule_set = rules.rule_set
        and senders.fiscal_period = rules.fiscal_period
        and rules.sender_layer = 'resource_tower'
        and senders.from_id = rules.from_id
        and senders.cost_pool = rules.cost_pool
        and senders.cost_sub_pool = rules.cost_sub_pool
        and senders.expense_type = rules.expense_type

union all

select distinct
    pairs.rule_set,
    pairs.based_on,
    senders.fiscal_period,
    'solution' as sender_layer,
    coalesce(senders.rule_id, '') as before_rule_id,
    senders.service_id as before_from_id,
    coalesce(rules.rule_id, '') as after_rule_id,
    senders.service_id as after_from_id
from pairs
inner join solution_senders as senders on pairs.based_on = senders.rule_set
left join object_rules as rules
    on
        pairs.rule_set = rules.rule_set
        and senders.fiscal_period = rules.fiscal_period
        and rules.sender_layer = 'solution'
        and senders.service_id = rules.from_id
