-- grain: one scenario, rule set, period, sender of a step, rule and receiver
-- why: every step in one shape, small enough to compare one period with the next
-- reads: flows of all steps, alloc_taken_offers
-- conserves: what each step sends, to whom or to where it stops

with

taken_offers as (

    select * from {{ ref('alloc_taken_offers') }} where {{ in_stale_periods() }}

),

sends as (

    select
        scenario,
        rule_set,
        fiscal_period,
        'cost_pool' as from_layer,
        cost_pool || ' / ' || cost_sub_pool || ' / ' || expense_type as from_id,
        '*' as share_from_id,
        rule_id,
        any_value(method) as method,
        to_layer,
        to_id,
        sum(amount_minor) as amount_minor
    from {{ ref('alloc_pool_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount'
    group by
        scenario, rule_set, fiscal_period, cost_pool, cost_sub_pool, expense_type, rule_id,
        to_layer, to_id

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'resource_tower',
        from_id,
        from_id as share_from_id,
        rule_id,
        any_value(method),
        to_layer,
        to_id,
        sum(amount_minor)
    from {{ ref('alloc_tower_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount'
    group by scenario, rule_set, fiscal_period, from_id, rule_id, to_layer, to_id

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'solution',
        service_id,
        service_id as share_from_id,
        rule_id,
        any_value(method),
        to_layer,
        to_id,
        sum(amount_minor)
    from {{ ref('alloc_consumer_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount'
    group by scenario, rule_set, fiscal_period, service_id, rule_id, to_layer, to_id

)

select
    sends.scenario,
    sends.rule_set,
    sends.fiscal_period,
    sends.from_layer,
    sends.from_id,
    sends.rule_id,
    coalesce(taken_offers.method_used, sends.method) as method,
    sends.to_layer,
    sends.to_id,
    cast(sends.amount_minor as bigint) as amount_minor
from sends
left join taken_offers
    on
        sends.rule_set = taken_offers.rule_set
        and sends.fiscal_period = taken_offers.fiscal_period
        and sends.rule_id = taken_offers.rule_id
        and sends.share_from_id = taken_offers.from_id
