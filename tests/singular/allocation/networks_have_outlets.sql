-- A failure means that cost would enter these objects and never leave their layer, or could not
-- be told apart inside it. No money moved.
select
    min(message) as message,
    rule_set,
    layer,
    object_id,
    count(*) as periods
from {{ ref('alloc_network_faults') }}
group by rule_set, layer, object_id
