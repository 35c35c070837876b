-- grain: one flow of a pool or tower that comes to rest on a service or application
-- why: a flow is the part of its solution sender from start_minor to its end
-- reads: alloc_solution_flows, alloc_solution_starts, alloc_solution_senders
-- conserves: every such flow once; the flows into a solution sender fill it without a gap

{{ config(materialized='view') }}

with

flows as (

    select
        *,
        sum(amount_minor) over (
            partition by
                scenario, rule_set, fiscal_period, measure, service_id, expense_type,
                sender_layer, cost_pool, cost_sub_pool
            order by sender_id, part
            rows between unbounded preceding and current row
        ) - amount_minor as start_in_pool
    from {{ ref('alloc_solution_flows') }}

),

starts as (

    select * from {{ ref('alloc_solution_starts') }}

),

solutions as (

    select * from {{ ref('alloc_solution_senders') }}

)

select
    flows.scenario,
    flows.rule_set,
    flows.fiscal_period,
    flows.measure,
    flows.sender_layer,
    flows.sender_id,
    flows.cost_pool,
    flows.cost_sub_pool,
    flows.part,
    flows.service_id,
    solutions.sender_id as solution_sender_id,
    flows.rule_id,
    flows.c0,
    flows.c1,
    cast(starts.start_minor + flows.start_in_pool as bigint) as start_minor
from flows
inner join starts
    on
        flows.scenario = starts.scenario
        and flows.rule_set = starts.rule_set
        and flows.fiscal_period = starts.fiscal_period
        and flows.measure = starts.measure
        and flows.service_id = starts.service_id
        and flows.expense_type = starts.expense_type
        and flows.sender_layer = starts.sender_layer
        and flows.cost_pool = starts.cost_pool
        and flows.cost_sub_pool = starts.cost_sub_pool
inner join solutions
    on
        flows.scenario = solutions.scenario
        and flows.rule_set = solutions.rule_set
        and flows.fiscal_period = solutions.fiscal_period
        and flows.measure = solutions.measure
        and flows.service_id = solutions.service_id
        and flows.expense_type = solutions.expense_type
