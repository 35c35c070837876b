-- grain: one scenario, rule set, period, service, cost sub-pool, sub-tower and expense type
-- why: what each service costs and what that cost is made of
-- reads: alloc_pool_flows, alloc_tower_flows, dim_towers
-- conserves: every unit of money that reached the solution layer, once

with

on_services as (

    select
        scenario,
        rule_set,
        fiscal_period,
        to_id as service_id,
        cost_pool,
        cost_sub_pool,
        from_id as tower_id,
        expense_type,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where
        {{ in_stale_periods() }}
        and to_layer = 'solution'
        and measure = 'amount'
        and reason_code is null

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        to_id,
        cost_pool,
        cost_sub_pool,
        'DIRECT',
        expense_type,
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where
        {{ in_stale_periods() }}
        and to_layer = 'solution'
        and measure = 'amount'
        and reason_code is null

    union all

    -- money that reaches its consumer without a service
    select
        scenario,
        rule_set,
        fiscal_period,
        'DIRECT',
        cost_pool,
        cost_sub_pool,
        'DIRECT',
        expense_type,
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where
        {{ in_stale_periods() }}
        and to_layer = 'consumer'
        and measure = 'amount'
        and reason_code is null

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'DIRECT',
        cost_pool,
        cost_sub_pool,
        from_id,
        expense_type,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where
        {{ in_stale_periods() }}
        and to_layer = 'consumer'
        and measure = 'amount'
        and reason_code is null

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
    {{ from_minor('sum(on_services.amount_minor)') }} as amount
from on_services
left join towers on on_services.tower_id = towers.sub_tower
group by all
