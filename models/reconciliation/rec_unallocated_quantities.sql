-- grain: one scenario, rule set, period, measure, layer, reason and place where a quantity stopped
-- why: quantities that did not reach a layer, with their reason
-- reads: alloc_classified_buckets, alloc_pool_flows, alloc_tower_flows, alloc_consumer_flows
-- conserves: every thousandth that stopped on its way

with

stopped as (

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        'cost_pool' as layer,
        'unclassified' as reason_code,
        cast(null as varchar) as from_id,
        cost_pool,
        cast(null as varchar) as rule_id,
        amount_minor
    from {{ ref('alloc_classified_buckets') }}
    where cost_pool = 'UNCLASSIFIED' and measure <> 'amount'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        to_layer,
        reason_code,
        null,
        cost_pool,
        rule_id,
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where measure <> 'amount' and reason_code is not null and cost_pool <> 'UNCLASSIFIED'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        to_layer,
        reason_code,
        from_id,
        cost_pool,
        rule_id,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where measure <> 'amount' and reason_code is not null

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        'consumer',
        reason_code,
        service_id,
        null,
        rule_id,
        amount_minor
    from {{ ref('alloc_consumer_flows') }}
    where measure <> 'amount' and reason_code is not null

),

measures as (

    select * from {{ ref('dim_measures') }}

)

select
    stopped.scenario,
    stopped.rule_set,
    stopped.fiscal_period,
    stopped.measure,
    measures.unit,
    stopped.layer,
    stopped.reason_code,
    stopped.from_id,
    stopped.cost_pool,
    stopped.rule_id,
    {{ from_thousandths('sum(stopped.amount_minor)') }} as quantity
from stopped
left join measures on stopped.measure = measures.measure
group by all
