-- A failure means that something in the cost model has no effect; the build goes on without it.
{{ config(severity='warn') }}
select message
from {{ ref('alloc_rule_faults') }}
where severity = 'warning'

union all

select message
from {{ ref('alloc_use_faults') }}
