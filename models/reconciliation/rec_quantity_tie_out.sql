-- grain: one scenario, rule set, fiscal period, measure and layer
-- why: proves that every layer holds what was delivered of every measure
-- reads: fct_quantities, the flows of each layer, rec_unallocated_quantities, marts
-- conserves: difference_quantity is 0.000 in every row

with

delivered as (

    select
        scenario,
        fiscal_period,
        measure,
        unit,
        sum(quantity) as quantity
    from {{ ref('fct_quantities') }}
    group by all

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
        delivered.scenario,
        rule_sets.rule_set,
        delivered.fiscal_period,
        delivered.measure,
        delivered.unit,
        layers.layer,
        layers.position,
        delivered.quantity
    from delivered
    cross join {{ ref('dim_rule_sets') }} as rule_sets
    cross join layers

),

placed as (

    select
        'cost_pool' as layer,
        scenario,
        rule_set,
        fiscal_period,
        measure,
        {{ from_thousandths('sum(amount_minor)') }} as quantity
    from {{ ref('alloc_classified_buckets') }}
    where cost_pool <> 'UNCLASSIFIED' and measure <> 'amount'
    group by all

    union all

    -- towers, and quantities that skip them
    select
        'resource_tower',
        scenario,
        rule_set,
        fiscal_period,
        measure,
        {{ from_thousandths('sum(amount_minor)') }}
    from {{ ref('alloc_pool_flows') }}
    where measure <> 'amount' and reason_code is null
    group by all

    union all

    select
        'solution',
        scenario,
        rule_set,
        fiscal_period,
        measure,
        sum(quantity)
    from {{ ref('fct_service_quantity') }}
    group by all

    union all

    select
        'consumer',
        scenario,
        rule_set,
        fiscal_period,
        measure,
        sum(quantity)
    from {{ ref('fct_consumer_quantity') }}
    group by all

),

unallocated_so_far as (

    select
        unallocated.scenario,
        unallocated.rule_set,
        unallocated.fiscal_period,
        unallocated.measure,
        layers.layer,
        sum(unallocated.quantity) as quantity
    from {{ ref('rec_unallocated_quantities') }} as unallocated
    inner join layers as stopped_in on unallocated.layer = stopped_in.layer
    inner join layers on stopped_in.position <= layers.position
    group by all

)

select
    expected.scenario,
    expected.rule_set,
    expected.fiscal_period,
    expected.measure,
    expected.unit,
    expected.layer,
    cast(expected.quantity as decimal(18, 3)) as delivered_quantity,
    cast(coalesce(placed.quantity, 0) as decimal(18, 3)) as placed_quantity,
    cast(coalesce(unallocated_so_far.quantity, 0) as decimal(18, 3)) as unallocated_quantity,
    cast(
        expected.quantity - coalesce(placed.quantity, 0) - coalesce(unallocated_so_far.quantity, 0)
        as decimal(18, 3)
    ) as difference_quantity
from expected
left join placed
    on
        expected.scenario = placed.scenario
        and expected.rule_set = placed.rule_set
        and expected.fiscal_period = placed.fiscal_period
        and expected.measure = placed.measure
        and expected.layer = placed.layer
left join unallocated_so_far
    on
        expected.scenario = unallocated_so_far.scenario
        and expected.rule_set = unallocated_so_far.rule_set
        and expected.fiscal_period = unallocated_so_far.fiscal_period
        and expected.measure = unallocated_so_far.measure
        and expected.layer = unallocated_so_far.layer
