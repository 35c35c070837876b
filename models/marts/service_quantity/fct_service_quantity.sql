-- grain: one scenario, rule set, period, measure, service, cost pool and sub-tower
-- why: how much of a quantity, such as kgCO2e or heads, stands behind each service
-- reads: alloc_pool_flows, alloc_tower_flows, dim_measures, dim_towers
-- conserves: every thousandth of a quantity that reached the solution layer, once

with

on_services as (

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        to_id as service_id,
        cost_pool,
        from_id as tower_id,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where
        {{ in_stale_periods() }}
        and to_layer = 'solution'
        and measure <> 'amount'
        and reason_code is null

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        to_id,
        cost_pool,
        'DIRECT',
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where
        {{ in_stale_periods() }}
        and to_layer = 'solution'
        and measure <> 'amount'
        and reason_code is null

    union all

    -- quantities that reach their consumer without a service
    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        'DIRECT',
        cost_pool,
        'DIRECT',
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where
        {{ in_stale_periods() }}
        and to_layer = 'consumer'
        and measure <> 'amount'
        and reason_code is null

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        'DIRECT',
        cost_pool,
        from_id,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where
        {{ in_stale_periods() }}
        and to_layer = 'consumer'
        and measure <> 'amount'
        and reason_code is null

),

measures as (

    select * from {{ ref('dim_measures') }}

),

towers as (

    select * from {{ ref('dim_towers') }}

)

select
    on_services.scenario,
    on_services.rule_set,
    on_services.fiscal_period,
    on_services.measure,
    measures.unit,
    on_services.service_id,
    on_services.cost_pool,
    coalesce(towers.tower, on_services.tower_id) as tower,
    on_services.tower_id as sub_tower,
    {{ from_thousandths('sum(on_services.amount_minor)') }} as quantity
from on_services
left join measures on on_services.measure = measures.measure
left join towers on on_services.tower_id = towers.sub_tower
group by all
