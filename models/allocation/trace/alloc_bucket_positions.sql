-- grain: one rule set and bucket of money or of another measure
-- why: a bucket is the part of its pool sender from start_minor to its end
-- reads: alloc_classified_buckets, alloc_pool_rules, alloc_pool_senders
-- conserves: every bucket once per rule set; the buckets of a sender fill it without a gap

{{ config(materialized='view') }}

with

buckets as (

    select * from {{ ref('alloc_classified_buckets') }}

),

pool_rules as (

    select * from {{ ref('alloc_pool_rules') }}

),

senders as (

    select * from {{ ref('alloc_pool_senders') }}

),

buckets_of_senders as (

    select
        senders.scenario,
        senders.rule_set,
        senders.fiscal_period,
        senders.measure,
        senders.sender_id,
        buckets.bucket_id,
        buckets.amount_minor
    from buckets
    left join pool_rules
        on buckets.rule_set = pool_rules.rule_set and buckets.bucket_id = pool_rules.bucket_id
    inner join senders
        on
            buckets.scenario = senders.scenario
            and buckets.rule_set = senders.rule_set
            and buckets.fiscal_period = senders.fiscal_period
            and buckets.measure = senders.measure
            and buckets.cost_pool = senders.cost_pool
            and buckets.cost_sub_pool = senders.cost_sub_pool
            and buckets.expense_type = senders.expense_type
            and buckets.is_credit = senders.is_credit
            and coalesce(pool_rules.rule_id, '') = coalesce(senders.rule_id, '')
            and coalesce(pool_rules.tag_layer, '') = coalesce(senders.tag_layer, '')
            and coalesce(pool_rules.tag_id, '') = coalesce(senders.tag_id, '')
            and coalesce(pool_rules.reason_code, '') = coalesce(senders.reason_code, '')

)

select
    scenario,
    rule_set,
    fiscal_period,
    measure,
    sender_id,
    bucket_id,
    amount_minor,
    cast(
        sum(amount_minor) over (
            partition by scenario, rule_set, fiscal_period, measure, sender_id
            order by bucket_id
            rows between unbounded preceding and current row
        ) - amount_minor as bigint
    ) as start_minor
from buckets_of_senders
