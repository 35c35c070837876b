-- grain: one rule set, fiscal period and object of the solution layer whose cost can never leave the layer
-- why: such a set would take cost and never pay out; the build stops and names the circle
-- reads: alloc_solution_exits, alloc_solution_edges
-- conserves: every trapped object, with the circle in which its cost ends

with recursive

exits as (

    select * from {{ ref('alloc_solution_exits') }}

),

edges as (

    select * from {{ ref('alloc_solution_edges') }}

),

reached_from_outside as (

    select
        rule_set,
        fiscal_period,
        service_id
    from exits
    where exit_share > 0

    {{ union_of_new_rows() }}

    select
        edges.rule_set,
        edges.fiscal_period,
        edges.from_id
    from reached_from_outside as reached
    inner join edges
        on
            reached.rule_set = edges.rule_set
            and reached.fiscal_period = edges.fiscal_period
            and reached.service_id = edges.to_id

),

trapped as (

    select
        exits.rule_set,
        exits.fiscal_period,
        exits.service_id
    from exits
    left join reached_from_outside as reached
        on
            exits.rule_set = reached.rule_set
            and exits.fiscal_period = reached.fiscal_period
            and exits.service_id = reached.service_id
    where reached.service_id is null

),

next_steps as (

    select
        trapped.rule_set,
        trapped.fiscal_period,
        trapped.service_id,
        min(edges.to_id) as next_id
    from trapped
    inner join edges
        on
            trapped.rule_set = edges.rule_set
            and trapped.fiscal_period = edges.fiscal_period
            and trapped.service_id = edges.from_id
    group by trapped.rule_set, trapped.fiscal_period, trapped.service_id

),

paths as (

    select
        rule_set,
        fiscal_period,
        service_id,
        service_id as last_id,
        ' > ' || service_id || ' >' as path,
        false as is_closed
    from trapped

    union all

    select
        paths.rule_set,
        paths.fiscal_period,
        paths.service_id,
        next_steps.next_id,
        paths.path || ' ' || next_steps.next_id || ' >',
        paths.path like '% > ' || next_steps.next_id || ' >%'
    from paths
    inner join next_steps
        on
            paths.rule_set = next_steps.rule_set
            and paths.fiscal_period = next_steps.fiscal_period
            and paths.last_id = next_steps.service_id
    where not paths.is_closed

)

select
    rule_set,
    fiscal_period,
    service_id,
    last_id as circle_id,
    'Cost that enters ' || service_id || ' in rule set ' || rule_set || ' and the period from '
    || fiscal_period || ' never leaves the solution layer; add an outlet or break the circle '
    || replace(trim(path, ' >'), ' > ', ' -> ') || '.' as message
from paths
where is_closed
