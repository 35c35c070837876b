-- grain: one rule set and bucket of money
-- why: a bucket is the part of its pool sender from start_minor to its end
-- reads: alloc_ruled_buckets, alloc_pool_senders
-- conserves: every bucket once per rule set; the buckets of a sender fill it without a gap

{{ config(materialized='view') }}

with

ruled_buckets as (

    select * from {{ same_database(ref('alloc_ruled_buckets')) }}

),

senders as (

    select * from {{ same_database(ref('alloc_pool_senders')) }} where measure = 'amount'

)

select
    senders.scenario,
    senders.rule_set,
    senders.fiscal_period,
    senders.sender_id,
    ruled_buckets.bucket_id,
    ruled_buckets.amount_minor,
    cast(
        sum(ruled_buckets.amount_minor) over (
            partition by
                senders.scenario, senders.rule_set, senders.fiscal_period, senders.sender_id
            order by ruled_buckets.bucket_id
            rows between unbounded preceding and current row
        ) - ruled_buckets.amount_minor as bigint
    ) as start_minor
from senders
inner join ruled_buckets on senders.sender_id = ruled_buckets.sender_id
