-- grain: one rule set, fiscal period, rule and sender; * for all money of a cost pool rule
-- why: shares are computed for these and nothing else; a tag names its receiver itself
-- reads: alloc_pool_rules, alloc_classified_buckets, alloc_object_rules, rules, objects
-- conserves: every sender that a rule takes, once per rule

with

pool_rules as (

    select * from {{ ref('alloc_pool_rules') }} where {{ in_stale_periods() }}

),

classified_buckets as (

    select * from {{ ref('alloc_classified_buckets') }} where {{ in_stale_periods() }}

),

object_rules as (

    select * from {{ ref('alloc_object_rules') }} where {{ in_stale_periods() }}

),

rules as (

    select * from {{ ref('alloc_rules') }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

senders as (

    select distinct
        pool_rules.rule_set,
        classified_buckets.fiscal_period,
        pool_rules.rule_id,
        '*' as from_id
    from pool_rules
    inner join classified_buckets
        on
            pool_rules.rule_set = classified_buckets.rule_set
            and pool_rules.bucket_id = classified_buckets.bucket_id
    where pool_rules.reason_code is null and pool_rules.method <> 'tagged'

    union all

    select distinct
        rule_set,
        fiscal_period,
        rule_id,
        from_id
    from object_rules

)

select
    senders.rule_set,
    senders.fiscal_period,
    senders.rule_id,
    senders.from_id,
    rules.defined_in,
    rules.sender_layer,
    case rules.sender_layer when 'cost_pool' then 1 when 'resource_tower' then 2 else 3 end
        as layer_number,
    rules.method,
    rules.network,
    rules.sequence,
    coalesce(objects.order_key, {{ order_key('senders.rule_id') }}) as order_key
from senders
inner join rules on senders.rule_set = rules.rule_set and senders.rule_id = rules.rule_id
left join objects
    on rules.sender_layer = objects.layer and senders.from_id = objects.object_id
