-- grain: one scenario, rule set, period, layer, reason, expense type and place where money stopped
-- why: money that did not reach a layer, with its reason; debits and credits apart
-- reads: alloc_classified_buckets, alloc_pool_flows, alloc_tower_flows, alloc_consumer_flows
-- conserves: all money that stopped on its way

with

buckets as (

    select * from {{ ref('alloc_classified_buckets') }} where measure = 'amount'

),

pool_flows as (

    select * from {{ ref('alloc_pool_flows') }} where measure = 'amount'

),

tower_flows as (

    select * from {{ ref('alloc_tower_flows') }} where measure = 'amount'

),

consumer_flows as (

    select * from {{ ref('alloc_consumer_flows') }} where measure = 'amount'

),

arrived_credits as (

    -- a service holds debits less credits; what arrived tells them apart again
    select
        scenario,
        rule_set,
        fiscal_period,
        service_id,
        expense_type,
        sum(amount_minor) as credit_minor
    from (
        select
            scenario,
            rule_set,
            fiscal_period,
            to_id as service_id,
            expense_type,
            amount_minor
        from pool_flows
        where to_layer = 'solution' and reason_code is null and amount_minor < 0

        union all

        select
            scenario,
            rule_set,
            fiscal_period,
            to_id as service_id,
            expense_type,
            amount_minor
        from tower_flows
        where to_layer = 'solution' and reason_code is null and amount_minor < 0
    ) as arrivals
    group by scenario, rule_set, fiscal_period, service_id, expense_type

),

stopped_at_services as (

    select
        flows.*,
        {{ split_minor_units('coalesce(credits.credit_minor, 0)', 'flows.c0', 'flows.c1') }}
            as credit_minor
    from consumer_flows as flows
    left join arrived_credits as credits
        on
            flows.scenario = credits.scenario
            and flows.rule_set = credits.rule_set
            and flows.fiscal_period = credits.fiscal_period
            and flows.service_id = credits.service_id
            and flows.expense_type = credits.expense_type
    where flows.reason_code is not null

),

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
    from buckets
    where cost_pool = 'UNCLASSIFIED'

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
    from pool_flows
    where reason_code is not null and cost_pool <> 'UNCLASSIFIED'

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
    from tower_flows
    where reason_code is not null
    {% for part in ['credit_minor', 'amount_minor - credit_minor'] %}
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
        {{ part }}
    from stopped_at_services
    {% endfor %}
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
    {{ from_minor('sum(amount_minor)') }} as amount,
    {{ from_minor('sum(greatest(amount_minor, 0))') }} as debit_amount,
    {{ from_minor('sum(least(amount_minor, 0))') }} as credit_amount
from stopped
group by all
