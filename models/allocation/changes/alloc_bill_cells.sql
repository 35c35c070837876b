-- grain: one scenario, rule set, period, consumer or place where money stops, and service
-- why: bills with the money that is on no bill, so that two rule sets have equal totals
-- reads: alloc_pool_flows, alloc_tower_flows, alloc_consumer_flows
-- conserves: every unit of money of the ledger once

with

flows as (

    select
        scenario,
        rule_set,
        fiscal_period,
        to_id as consumer_id,
        service_id,
        expense_type,
        amount_minor
    from {{ ref('alloc_consumer_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount'

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
        and measure = 'amount'
        and (reason_code is not null or to_layer = 'consumer')

    union all

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
        and measure = 'amount'
        and (reason_code is not null or to_layer = 'consumer')

)

select
    scenario,
    rule_set,
    fiscal_period,
    consumer_id,
    service_id,
    cast(sum(amount_minor) as bigint) as amount_minor,
    cast(sum(case when expense_type = 'CapEx' then amount_minor else 0 end) as bigint)
        as capex_minor
from flows
group by scenario, rule_set, fiscal_period, consumer_id, service_id
