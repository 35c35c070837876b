-- A failure means that the cost model is wrong; each row says where and what to do. No money moved.
select message
from {{ ref('alloc_rule_faults') }}
where severity = 'error'
