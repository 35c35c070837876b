-- A failure means that objects hand almost everything to each other: the network has hardly any
-- outlet, and what circulates does not come to rest. Raise the share that leaves it.
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
