-- The lines that contribute most to the ways in `traced`, by the share of their sender; how many.
with

senders as (

    select
        traced.path_sender_id as sender_id,
        cast(sum(traced.amount) as double) / nullif(any_value(senders.amount_minor), 0) as share
    from traced
    inner join allocation.alloc_pool_senders as senders
        on traced.path_sender_id = senders.sender_id
    group by all
    having sum(traced.amount) <> 0

),

shared_lines as (

    select
        lines.line_id,
        lines.bucket_id,
        lines.amount_minor * senders.share as piece
    from allocation.alloc_bucket_lines as lines
    inner join allocation.alloc_bucket_positions as buckets
        on
            lines.scenario = buckets.scenario
            and lines.fiscal_period = buckets.fiscal_period
            and lines.measure = buckets.measure
            and lines.bucket_id = buckets.bucket_id
    inner join senders on buckets.sender_id = senders.sender_id
    where
        lines.scenario = $scenario
        and lines.fiscal_period = $fiscal_period
        and lines.measure = $measure
        and buckets.scenario = $scenario
        and buckets.fiscal_period = $fiscal_period
        and buckets.rule_set = $rule_set
        and buckets.measure = $measure

)

select
    line_id,
    bucket_id,
    count(*) over () as line_count
from shared_lines
order by abs(piece) desc, line_id
limit $candidates
