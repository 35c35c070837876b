-- grain: one scenario, rule set, period, service, cost sub-pool, sub-tower and expense type
-- why: what each service costs and what that cost is made of
-- reads: alloc_pool_flows, alloc_tower_senders, alloc_tower_flows, dim_towers
-- conserves: every unit of money that reached the solution layer, once

with

tower_senders as (

    select * from {{ ref('alloc_tower_senders') }}
    where {{ in_stale_periods() }} and measure = 'amount'

),

tower_flows as (

    select * from {{ ref('alloc_tower_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount' and reason_code is null

),

pool_flows as (

    select * from {{ ref('alloc_pool_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount' and reason_code is null

),

-- senders that differ only in what this mart does not show: their money is one part of the cost
parts as (

    select
        sender_id,
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        from_id as tower_id,
        min(sender_id) over (
            partition by
                scenario, rule_set, fiscal_period, cost_pool, cost_sub_pool, expense_type, from_id
        ) as part_id
    from tower_senders

),

-- tens of millions of flows: numbers group in a fraction of the time and memory of names
sums_of_parts as (

    select
        parts.part_id,
        case when flows.to_layer = 'solution' then flows.to_id else 'DIRECT' end as service_id,
        sum(flows.amount_minor) as amount_minor
    from tower_flows as flows
    inner join parts on flows.sender_id = parts.sender_id
    where flows.to_layer in ('solution', 'consumer')
    group by parts.part_id, case when flows.to_layer = 'solution' then flows.to_id else 'DIRECT' end

),

on_services as (

    select
        parts.scenario,
        parts.rule_set,
        parts.fiscal_period,
        sums.service_id,
        parts.cost_pool,
        parts.cost_sub_pool,
        parts.tower_id,
        parts.expense_type,
        sums.amount_minor
    from sums_of_parts as sums
    inner join parts on sums.part_id = parts.sender_id

    union all

    -- money that reaches its service without a tower, or its consumer without a service
    select
        scenario,
        rule_set,
        fiscal_period,
        case when to_layer = 'solution' then to_id else 'DIRECT' end,
        cost_pool,
        cost_sub_pool,
        'DIRECT',
        expense_type,
        sum(amount_minor)
    from pool_flows
    where to_layer in ('solution', 'consumer')
    group by
        scenario, rule_set, fiscal_period,
        case when to_layer = 'solution' then to_id else 'DIRECT' end,
        cost_pool, cost_sub_pool, expense_type

),

towers as (

    select * from {{ ref('dim_towers') }}

)

select
    on_services.scenario,
    on_services.rule_set,
    on_services.fiscal_period,
    on_services.service_id,
    on_services.cost_pool,
    on_services.cost_sub_pool,
    coalesce(towers.tower, on_services.tower_id) as tower,
    on_services.tower_id as sub_tower,
    on_services.expense_type,
    {{ from_minor('on_services.amount_minor') }} as amount
from on_services
left join towers on on_services.tower_id = towers.sub_tower
