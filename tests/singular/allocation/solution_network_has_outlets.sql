-- A failure means that cost would enter these services and never reach a consumer. No money moved.
select
    min(message) as message,
    rule_set,
    service_id,
    count(*) as periods
from {{ ref('alloc_trapped_solutions') }}
group by rule_set, service_id
