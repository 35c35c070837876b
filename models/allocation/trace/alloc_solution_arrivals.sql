-- grain: one flow of a pool or tower that comes to rest on a service or application
-- why: a flow is the part of its solution sender from start_minor to its end
-- reads: alloc_pool_flows, alloc_tower_flows, alloc_solution_senders
-- conserves: every such flow once; the flows into a solution sender fill it without a gap

{{ config(materialized='view') }}

with

flows as (

    select
        1 as kind,
        sender_id,
        part,
        scenario,
        rule_set,
        fiscal_period,
        measure,
        to_id,
        expense_type,
        rule_id,
        c0,
        c1,
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where to_layer = 'solution' and reason_code is null

    union all

    select
        2,
        sender_id,
        part,
        scenario,
        rule_set,
        fiscal_period,
        measure,
        to_id,
        expense_type,
        rule_id,
        c0,
        c1,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where to_layer = 'solution' and reason_code is null

),

solutions as (

    select * from {{ ref('alloc_solution_senders') }}

),

running_flows as (

    select
        *,
        sum(amount_minor) over (
            partition by scenario, rule_set, fiscal_period, measure, to_id, expense_type
            order by kind, sender_id, part
            rows between unbounded preceding and current row
        ) - amount_minor as start_minor
    from flows

)

select
    flows.scenario,
    flows.rule_set,
    flows.fiscal_period,
    flows.measure,
    case flows.kind when 1 then 'cost_pool' else 'resource_tower' end as sender_layer,
    flows.sender_id,
    flows.part,
    flows.to_id as service_id,
    solutions.sender_id as solution_sender_id,
    flows.rule_id,
    flows.c0,
    flows.c1,
    cast(flows.start_minor as bigint) as start_minor
from running_flows as flows
inner join solutions
    on
        flows.scenario = solutions.scenario
        and flows.rule_set = solutions.rule_set
        and flows.fiscal_period = solutions.fiscal_period
        and flows.measure = solutions.measure
        and flows.to_id = solutions.service_id
        and flows.expense_type = solutions.expense_type
