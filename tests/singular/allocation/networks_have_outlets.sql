-- A failure means that cost would enter these objects and never leave their layer, or could not
-- be told apart inside it. No money moved.
select
    min(message) as message,
    layer,
    object_id,
    count(distinct fiscal_period) as periods
from {{ ref('alloc_network_faults') }}
group by layer, object_id, file_name, line_number
