-- grain: one scenario, rule set, fiscal period and object of the solution layer
-- why: gross figures: own + received = total; total - handed on = net
-- reads: alloc_solution_sources, alloc_solution_flows, alloc_solution_visits, exits
-- conserves: own and net cost in sum; the rest counts money once per hand

with

sources as (

    select * from {{ ref('alloc_solution_sources') }}

),

flows as (

    select * from {{ ref('alloc_solution_flows') }}

),

visits as (

    select * from {{ ref('alloc_solution_visits') }}

),

exits as (

    select * from {{ ref('alloc_solution_exits') }}

),

own_cost as (

    select
        scenario,
        rule_set,
        fiscal_period,
        entry_id as service_id,
        sum(amount_minor) as own_minor
    from sources
    group by scenario, rule_set, fiscal_period, entry_id

),

net_cost as (

    select
        scenario,
        rule_set,
        fiscal_period,
        service_id,
        sum(amount_minor) as net_minor
    from flows
    group by scenario, rule_set, fiscal_period, service_id

),

passing_cost as (

    select
        own_cost.scenario,
        own_cost.rule_set,
        own_cost.fiscal_period,
        visits.service_id,
        sum(
            cast(
                floor(
                    cast(own_cost.own_minor as double) * 1000
                    * (visits.quantity / cast({{ network_unit() }} as double))
                ) as bigint
            )
        ) as passing_thousandths
    from own_cost
    inner join visits
        on
            own_cost.rule_set = visits.rule_set
            and own_cost.fiscal_period = visits.fiscal_period
            and own_cost.service_id = visits.entry_id
    group by
        own_cost.scenario, own_cost.rule_set, own_cost.fiscal_period, visits.service_id

),

totals as (

    select
        passing_cost.scenario,
        passing_cost.rule_set,
        passing_cost.fiscal_period,
        passing_cost.service_id,
        coalesce(own_cost.own_minor, 0) as own_minor,
        coalesce(net_cost.net_minor, 0) as net_minor,
        case
            when exits.exit_share = 1 then coalesce(net_cost.net_minor, 0)
            else floor(passing_cost.passing_thousandths / cast(1000 as double) + 0.5)
        end as total_minor
    from passing_cost
    left join own_cost
        on
            passing_cost.scenario = own_cost.scenario
            and passing_cost.rule_set = own_cost.rule_set
            and passing_cost.fiscal_period = own_cost.fiscal_period
            and passing_cost.service_id = own_cost.service_id
    left join net_cost
        on
            passing_cost.scenario = net_cost.scenario
            and passing_cost.rule_set = net_cost.rule_set
            and passing_cost.fiscal_period = net_cost.fiscal_period
            and passing_cost.service_id = net_cost.service_id
    left join exits
        on
            passing_cost.rule_set = exits.rule_set
            and passing_cost.fiscal_period = exits.fiscal_period
            and passing_cost.service_id = exits.service_id

)

select
    scenario,
    rule_set,
    fiscal_period,
    service_id,
    cast(own_minor as bigint) as own_minor,
    cast(total_minor - own_minor as bigint) as received_minor,
    cast(total_minor as bigint) as total_minor,
    cast(total_minor - net_minor as bigint) as handed_on_minor,
    cast(net_minor as bigint) as net_minor
from totals
