-- grain: one scenario, rule set, period, and method or reason of the last step of money
-- why: how money got on its bill, or why it did not, before anybody judges it
-- reads: flows of all steps, alloc_taken_offers
-- conserves: all money of the period, once

with

taken_offers as (

    select * from {{ ref('alloc_taken_offers') }} where {{ in_stale_periods() }}

),

last_steps as (

    select
        scenario,
        rule_set,
        fiscal_period,
        rule_id,
        service_id as from_id,
        method,
        reason_code,
        amount_minor
    from {{ ref('alloc_consumer_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        method,
        reason_code,
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
        rule_id,
        '*' as from_id,
        method,
        reason_code,
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where
        {{ in_stale_periods() }}
        and measure = 'amount'
        and (reason_code is not null or to_layer = 'consumer')

)

select
    last_steps.scenario,
    last_steps.rule_set,
    last_steps.fiscal_period,
    last_steps.reason_code,
    case
        when last_steps.reason_code is null
            then coalesce(taken_offers.method_used, last_steps.method)
    end as method,
    cast(sum(last_steps.amount_minor) as bigint) as amount_minor
from last_steps
left join taken_offers
    on
        last_steps.rule_set = taken_offers.rule_set
        and last_steps.fiscal_period = taken_offers.fiscal_period
        and last_steps.rule_id = taken_offers.rule_id
        and last_steps.from_id = taken_offers.from_id
group by all
