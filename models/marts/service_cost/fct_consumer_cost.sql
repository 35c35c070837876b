-- grain: one scenario, rule set, fiscal period, consumer and service
-- why: who pays for what
-- reads: alloc_consumer_flows, alloc_pool_flows, alloc_tower_flows
-- conserves: every unit of money that reached a consumer, once

with

billed as (

    select
        scenario,
        rule_set,
        fiscal_period,
        to_id as consumer_id,
        service_id,
        expense_type,
        amount_minor
    from {{ ref('alloc_consumer_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount' and reason_code is null

    union all

    -- money that reaches its consumer without a service
    select
        scenario,
        rule_set,
        fiscal_period,
        to_id,
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
        to_id,
        'DIRECT',
        expense_type,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where
        {{ in_stale_periods() }}
        and to_layer = 'consumer'
        and measure = 'amount'
        and reason_code is null

)

select
    scenario,
    rule_set,
    fiscal_period,
    consumer_id,
    service_id,
    {{ from_minor('sum(amount_minor)') }} as amount,
    {{ from_minor("sum(case when expense_type = 'CapEx' then amount_minor else 0 end)") }}
        as capex_amount
from billed
group by scenario, rule_set, fiscal_period, consumer_id, service_id
