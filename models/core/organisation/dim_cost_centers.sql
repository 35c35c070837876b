-- grain: one cost centre, as its latest row has it
-- why: the cost centres that facts join to, every one that a line names, and UNKNOWN
-- reads: dim_cost_center_history, journal lines, budget and forecast lines, quantities
-- conserves: every cost_center_id of a fact

with recursive

latest as (

    select *
    from {{ ref('dim_cost_center_history') }}
    qualify row_number() over (partition by cost_center_id order by valid_from desc) = 1

),

named_cost_centers as (

    select cost_center_id from {{ ref('input_ledger__journal_lines') }}
    union
    select cost_center_id from {{ ref('input_planning__budget_lines') }}
    union
    select cost_center_id from {{ ref('input_planning__forecast_lines') }}
    union
    select cost_center_id from {{ ref('input_consumption__quantities') }}
    union
    select parent_cost_center_id from latest
    union
    select 'UNKNOWN'

),

cost_centers as (

    select
        cost_center_id,
        cost_center_name,
        nullif(parent_cost_center_id, cost_center_id) as parent_cost_center_id,
        legal_entity_id,
        manager_name,
        is_it,
        false as is_inferred
    from latest

    union all

    select
        cost_center_id,
        case when cost_center_id = 'UNKNOWN' then 'No cost centre' else cost_center_id end,
        null,
        null,
        null,
        true,
        true
    from named_cost_centers
    where
        cost_center_id is not null
        and cost_center_id not in (select cost_center_id from latest)

),

paths as (

    select
        cost_center_id,
        cost_center_name as cost_center_path,
        1 as level
    from cost_centers
    where parent_cost_center_id is null

    union all

    select
        cost_centers.cost_center_id,
        paths.cost_center_path || ' > ' || cost_centers.cost_center_name,
        paths.level + 1
    from cost_centers
    inner join paths on cost_centers.parent_cost_center_id = paths.cost_center_id
    where paths.level < 50

)

select
    cost_centers.cost_center_id,
    cost_centers.cost_center_name,
    cost_centers.parent_cost_center_id,
    cost_centers.legal_entity_id,
    cost_centers.manager_name,
    cost_centers.is_it,
    coalesce(paths.cost_center_path, cost_centers.cost_center_name) as cost_center_path,
    cost_centers.is_inferred
from cost_centers
left join paths on cost_centers.cost_center_id = paths.cost_center_id
