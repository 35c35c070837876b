-- grain: one rule set, period, object where money enters the layer and object that it passes
-- why: how often a unit of cost passes each object: a row of the inverse of the network
-- reads: alloc_solution_exits, alloc_solution_edges, alloc_trapped_solutions
-- conserves: the unit, less what is cut off behind its fifteenth decimal

with recursive

exits as (

    select * from {{ ref('alloc_solution_exits') }}

),

edges as (

    select * from {{ ref('alloc_solution_edges') }}

),

trapped as (

    select * from {{ ref('alloc_trapped_solutions') }}

),

open_edges as (

    select
        edges.rule_set,
        edges.fiscal_period,
        edges.from_id,
        edges.to_id,
        edges.share
    from edges
    left join trapped
        on
            edges.rule_set = trapped.rule_set
            and edges.fiscal_period = trapped.fiscal_period
            and edges.from_id = trapped.service_id
    where trapped.service_id is null

),

walks as (

    select
        rule_set,
        fiscal_period,
        service_id as entry_id,
        service_id as passed_id,
        0 as step,
        cast({{ network_unit() }} as bigint) as quantity
    from exits

    union all

    select
        walks.rule_set,
        walks.fiscal_period,
        walks.entry_id,
        edges.to_id,
        walks.step + 1,
        cast(sum(cast(floor(walks.quantity * edges.share) as bigint)) as bigint)
    from walks
    inner join open_edges as edges
        on
            walks.rule_set = edges.rule_set
            and walks.fiscal_period = edges.fiscal_period
            and walks.passed_id = edges.from_id
    where walks.step < {{ network_step_limit() }}
    group by walks.rule_set, walks.fiscal_period, walks.entry_id, edges.to_id, walks.step
    having sum(cast(floor(walks.quantity * edges.share) as bigint)) > 0

)

select
    rule_set,
    fiscal_period,
    entry_id,
    passed_id as service_id,
    cast(sum(quantity) as bigint) as quantity
from walks
group by rule_set, fiscal_period, entry_id, passed_id
