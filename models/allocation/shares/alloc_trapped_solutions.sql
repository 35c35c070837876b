-- grain: one rule set, period and solution whose cost can never leave the layer
-- why: such a set would take cost and never pay out; the build stops and names the circle
-- reads: alloc_solution_exits, alloc_solution_edges, alloc_senders, alloc_weights
-- conserves: every trapped object, with the circle in which its cost ends

with recursive

exits as (

    select * from {{ ref('alloc_solution_exits') }}

),

edges as (

    select * from {{ ref('alloc_solution_edges') }}

),

senders as (

    select * from {{ ref('alloc_senders') }} where sender_layer = 'solution'

),

weights as (

    select * from {{ ref('alloc_weights') }} where weight > 0

),

pays_itself_only as (

    select
        senders.rule_set,
        senders.fiscal_period,
        senders.from_id as service_id
    from senders
    inner join weights
        on
            senders.rule_set = weights.rule_set
            and senders.fiscal_period = weights.fiscal_period
            and senders.rule_id = weights.rule_id
            and senders.from_id = weights.from_id
    group by senders.rule_set, senders.fiscal_period, senders.from_id
    having max(case when weights.to_id = senders.from_id then 0 else 1 end) = 0

),

reached_from_outside as (

    select
        rule_set,
        fiscal_period,
        service_id
    from exits
    where exit_share > 0

    union

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
        ' -> ' || service_id || ' ->' as path,
        false as is_closed
    from trapped

    union all

    select
        paths.rule_set,
        paths.fiscal_period,
        paths.service_id,
        next_steps.next_id,
        paths.path || ' ' || next_steps.next_id || ' ->',
        instr(paths.path, ' -> ' || next_steps.next_id || ' ->') > 0
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
    'Cost that enters ' || service_id || ' under rule set ' || rule_set || ' in the period from '
    || cast(fiscal_period as varchar) || ' never leaves the solution layer; '
    || 'add an outlet or break the circle '
    || substr(path, 5, length(path) - 7)
    || '.' as message
from paths
where is_closed

union all

select
    rule_set,
    fiscal_period,
    service_id,
    'The rule of ' || service_id || ' under rule set ' || rule_set || ' in the period from '
    || cast(fiscal_period as varchar) || ' pays ' || service_id || ' only; '
    || 'say who else uses it, or remove the rule.' as message
from pays_itself_only
