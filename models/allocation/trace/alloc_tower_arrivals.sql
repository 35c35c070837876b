-- grain: one pool flow that comes to rest on a tower
-- why: a flow is the part of its tower sender from start_minor to its end
-- reads: alloc_pool_flows, alloc_tower_senders
-- conserves: every such flow once; the flows into a tower sender fill it without a gap

{{ config(materialized='view') }}

with

flows as (

    select *
    from {{ ref('alloc_pool_flows') }}
    where to_layer = 'resource_tower' and reason_code is null

),

towers as (

    select * from {{ ref('alloc_tower_senders') }}

),

running_flows as (

    select
        *,
        sum(amount_minor) over (
            partition by
                scenario, rule_set, fiscal_period, measure, cost_pool, cost_sub_pool,
                expense_type, is_credit, to_id
            order by sender_id, part
            rows between unbounded preceding and current row
        ) - amount_minor as start_minor
    from flows

)

select
    flows.scenario,
    flows.rule_set,
    flows.fiscal_period,
    flows.measure,
    flows.sender_id,
    flows.cost_pool,
    flows.cost_sub_pool,
    flows.part,
    flows.to_id as tower_id,
    towers.sender_id as tower_sender_id,
    flows.rule_id,
    flows.c0,
    flows.c1,
    cast(flows.start_minor as bigint) as start_minor
from running_flows as flows
inner join towers
    on
        flows.scenario = towers.scenario
        and flows.rule_set = towers.rule_set
        and flows.fiscal_period = towers.fiscal_period
        and flows.measure = towers.measure
        and flows.cost_pool = towers.cost_pool
        and flows.cost_sub_pool = towers.cost_sub_pool
        and flows.expense_type = towers.expense_type
        and flows.is_credit = towers.is_credit
        and flows.to_id = towers.from_id
