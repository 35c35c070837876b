-- grain: one scenario, rule set, fiscal period, measure, consumer and service
-- why: whose use a quantity, such as kgCO2e or heads, stands behind
-- reads: alloc_consumer_flows, alloc_pool_flows, alloc_tower_flows, dim_measures
-- conserves: every thousandth of a quantity that reached a consumer, once

with

reached as (

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        to_id as consumer_id,
        service_id,
        amount_minor
    from {{ ref('alloc_consumer_flows') }}
    where {{ in_stale_periods() }} and measure <> 'amount' and reason_code is null

    union all

    -- quantities that reach their consumer without a service
    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        to_id,
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
        to_id,
        'DIRECT',
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

)

select
    reached.scenario,
    reached.rule_set,
    reached.fiscal_period,
    reached.measure,
    measures.unit,
    reached.consumer_id,
    reached.service_id,
    {{ from_thousandths('sum(reached.amount_minor)') }} as quantity
from reached
left join measures on reached.measure = measures.measure
group by all
