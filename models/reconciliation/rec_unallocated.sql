-- grain: one scenario, rule set, period, layer, reason and place where money stopped
-- why: money that did not reach a layer, with its reason
-- reads: alloc_classified_buckets, alloc_pool_flows, alloc_tower_flows, alloc_consumer_flows
-- conserves: all money that stopped on its way

with

stopped as (

    select
        scenario,
        rule_set,
        fiscal_period,
        'cost_pool' as layer,
        'unclassified' as reason_code,
        cast(null as varchar) as from_id,
        cost_pool,
        cost_sub_pool,
        expense_type,
        cast(null as varchar) as rule_id,
        amount_minor
    from {{ ref('alloc_classified_buckets') }}
    where cost_pool = 'UNCLASSIFIED' and measure = 'amount'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        to_layer,
        reason_code,
        null,
        cost_pool,
        cost_sub_pool,
        expense_type,
        rule_id,
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where measure = 'amount' and reason_code is not null and cost_pool <> 'UNCLASSIFIED'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        to_layer,
        reason_code,
        from_id,
        cost_pool,
        cost_sub_pool,
        expense_type,
        rule_id,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where measure = 'amount' and reason_code is not null

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'consumer',
        reason_code,
        service_id,
        null,
        null,
        expense_type,
        rule_id,
        amount_minor
    from {{ ref('alloc_consumer_flows') }}
    where measure = 'amount' and reason_code is not null

)

select
    scenario,
    rule_set,
    fiscal_period,
    layer,
    reason_code,
    from_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
    rule_id,
    {{ from_minor('sum(amount_minor)') }} as amount
from stopped
group by all
