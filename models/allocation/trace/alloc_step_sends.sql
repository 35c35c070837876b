-- grain: one scenario, rule set, period, sender of a step, rule and receiver
-- why: every step in one shape, small enough to compare one period with the next
-- reads: flows of all steps, alloc_shares
-- conserves: what each step sends, to whom or to where it stops

with

methods as (

    select
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        max(method_used) as method_used
    from {{ ref('alloc_shares') }}
    where {{ in_stale_periods() }}
    group by rule_set, fiscal_period, rule_id, from_id

),

flows as (

    select
        scenario,
        rule_set,
        fiscal_period,
        'cost_pool' as from_layer,
        cost_pool || ' / ' || cost_sub_pool || ' / ' || expense_type as from_id,
        '*' as share_from_id,
        rule_id,
        method,
        to_layer,
        to_id,
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'resource_tower',
        from_id,
        from_id as share_from_id,
        rule_id,
        method,
        to_layer,
        to_id,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'solution',
        service_id,
        service_id as share_from_id,
        rule_id,
        method,
        to_layer,
        to_id,
        amount_minor
    from {{ ref('alloc_consumer_flows') }}
    where {{ in_stale_periods() }} and measure = 'amount'

)

select
    flows.scenario,
    flows.rule_set,
    flows.fiscal_period,
    flows.from_layer,
    flows.from_id,
    flows.rule_id,
    coalesce(methods.method_used, flows.method) as method,
    flows.to_layer,
    flows.to_id,
    cast(sum(flows.amount_minor) as bigint) as amount_minor
from flows
left join methods
    on
        flows.rule_set = methods.rule_set
        and flows.fiscal_period = methods.fiscal_period
        and flows.rule_id = methods.rule_id
        and flows.share_from_id = methods.from_id
group by all
