-- grain: one solution sender, layer that its money comes from and cost sub-pool
-- why: flows lie in the order of their cost pools: who follows one pool lays out its flows only
-- reads: alloc_solution_flows
-- conserves: everything that comes to rest in the solution layer

{{ config(materialized='view') }}

with

pools as (

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        service_id,
        expense_type,
        sender_layer,
        cost_pool,
        cost_sub_pool,
        sum(amount_minor) as amount_minor
    from {{ ref('alloc_solution_flows') }}
    group by
        scenario, rule_set, fiscal_period, measure, service_id, expense_type, sender_layer,
        cost_pool, cost_sub_pool

)

select
    scenario,
    rule_set,
    fiscal_period,
    measure,
    service_id,
    expense_type,
    sender_layer,
    cost_pool,
    cost_sub_pool,
    cast(
        sum(amount_minor) over (
            partition by scenario, rule_set, fiscal_period, measure, service_id, expense_type
            order by sender_layer asc, cost_pool asc, cost_sub_pool asc
            rows between unbounded preceding and current row
        ) - amount_minor as bigint
    ) as start_minor
from pools
