-- A failure means that cost would enter these objects and never leave their layer. No money moved.
select
    min(message) as message,
    rule_set,
    layer,
    object_id,
    count(*) as periods
from {{ ref('alloc_trapped_objects') }}
group by rule_set, layer, object_id
