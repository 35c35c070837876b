-- A failure means that money which entered a network did not come to rest, and circles_let_go named
-- no circle that keeps it: a fault of the engine.
select
    rule_set,
    fiscal_period,
    sender_layer,
    rule_id,
    from_id,
    sum(share) as part_at_rest
from {{ ref('alloc_paths') }}
group by all
having coalesce(sum(share), 0) < 0.999999999
