-- A failure means that cost would enter these objects and never leave their layer. No money moved.
with

faults as (

    select * from {{ ref('alloc_trapped_objects') }}
    union all
    select * from {{ ref('alloc_self_payers') }}

)

select
    min(message) as message,
    rule_set,
    layer,
    object_id,
    count(*) as periods
from faults
group by rule_set, layer, object_id
