-- grain: one cost centre and one of its ancestors, itself among them
-- why: a rule or a report on a parent cost centre covers its children
-- reads: dim_cost_centers
-- conserves: each cost centre at depth 0 once

with recursive

cost_centers as (

    select * from {{ ref('dim_cost_centers') }}

),

walk as (

    select
        cost_center_id as ancestor_cost_center_id,
        cost_center_id,
        0 as depth
    from cost_centers

    union all

    select
        parents.parent_cost_center_id,
        walk.cost_center_id,
        walk.depth + 1
    from walk
    inner join cost_centers as parents
        on walk.ancestor_cost_center_id = parents.cost_center_id
    where parents.parent_cost_center_id is not null and walk.depth < 50

)

select
    ancestor_cost_center_id,
    cost_center_id,
    min(depth) as depth
from walk
group by ancestor_cost_center_id, cost_center_id
