-- A failure means that objects hand almost everything to each other, so that their money would move
-- for ever. No money moved.
select
    min(message) as message,
    rule_set,
    layer,
    object_id,
    count(*) as periods
from {{ ref('alloc_slow_circles') }}
group by rule_set, layer, object_id
