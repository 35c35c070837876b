-- grain: one scenario, rule set, fiscal period and layer
-- why: proves that every layer holds the ledger's total
-- reads: ledger and plan lines, the flows of each layer, rec_unallocated, marts
-- conserves: difference_amount is 0.00 in every row

with

ledger as (

    select
        'actual' as scenario,
        fiscal_period,
        sum(amount) as amount
    from {{ ref('fct_ledger_lines') }}
    group by fiscal_period

    union all

    select
        scenario,
        fiscal_period,
        sum(amount)
    from {{ ref('fct_plan_lines') }}
    group by scenario, fiscal_period

),

layers as (

    select
        layers.layer,
        layers.position
    from (
        values ('cost_pool', 1), ('resource_tower', 2), ('solution', 3), ('consumer', 4)
    ) as layers (layer, position)

),

expected as (

    select
        ledger.scenario,
        rule_sets.rule_set,
        ledger.fiscal_period,
        layers.layer,
        layers.position,
        ledger.amount
    from ledger
    cross join {{ ref('dim_rule_sets') }} as rule_sets
    cross join layers

),

placed as (

    select
        'cost_pool' as layer,
        scenario,
        rule_set,
        fiscal_period,
        {{ from_minor('sum(amount_minor)') }} as amount
    from {{ ref('alloc_classified_buckets') }}
    where cost_pool <> 'UNCLASSIFIED' and measure = 'amount'
    group by all

    union all

    -- towers, and money that skips them
    select
        'resource_tower',
        scenario,
        rule_set,
        fiscal_period,
        {{ from_minor('sum(amount_minor)') }}
    from {{ ref('alloc_pool_flows') }}
    where measure = 'amount' and reason_code is null
    group by all

    union all

    select
        'solution',
        scenario,
        rule_set,
        fiscal_period,
        sum(amount)
    from {{ ref('fct_service_cost') }}
    group by all

    union all

    select
        'consumer',
        scenario,
        rule_set,
        fiscal_period,
        sum(amount)
    from {{ ref('fct_consumer_cost') }}
    group by all

),

unallocated as (

    select
        rec_unallocated.scenario,
        rec_unallocated.rule_set,
        rec_unallocated.fiscal_period,
        layers.position,
        sum(rec_unallocated.amount) as amount
    from {{ ref('rec_unallocated') }} as rec_unallocated
    inner join layers on rec_unallocated.layer = layers.layer
    group by all

),

unallocated_so_far as (

    select
        expected.scenario,
        expected.rule_set,
        expected.fiscal_period,
        expected.layer,
        sum(unallocated.amount) as amount
    from expected
    inner join unallocated
        on
            expected.scenario = unallocated.scenario
            and expected.rule_set = unallocated.rule_set
            and expected.fiscal_period = unallocated.fiscal_period
            and expected.position >= unallocated.position
    group by all

)

select
    expected.scenario,
    expected.rule_set,
    expected.fiscal_period,
    expected.layer,
    cast(expected.amount as decimal(18, 2)) as ledger_amount,
    cast(coalesce(placed.amount, 0) as decimal(18, 2)) as placed_amount,
    cast(coalesce(unallocated_so_far.amount, 0) as decimal(18, 2)) as unallocated_amount,
    cast(
        expected.amount - coalesce(placed.amount, 0) - coalesce(unallocated_so_far.amount, 0)
        as decimal(18, 2)
    ) as difference_amount
from expected
left join placed
    on
        expected.scenario = placed.scenario
        and expected.rule_set = placed.rule_set
        and expected.fiscal_period = placed.fiscal_period
        and expected.layer = placed.layer
left join unallocated_so_far
    on
        expected.scenario = unallocated_so_far.scenario
        and expected.rule_set = unallocated_so_far.rule_set
        and expected.fiscal_period = unallocated_so_far.fiscal_period
        and expected.layer = unallocated_so_far.layer
