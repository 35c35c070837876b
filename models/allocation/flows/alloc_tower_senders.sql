-- grain: one scenario, rule set, period, kind of money, debit or credit, and tower
-- why: what rests on each tower, with the rule that takes it further
-- reads: alloc_pool_flows, alloc_object_rules, alloc_standard_charges, alloc_path_entries
-- conserves: everything that cost pools sent to towers

with

pool_flows as (

    select * from {{ ref('alloc_pool_flows') }}
    where {{ in_stale_periods() }} and to_layer = 'resource_tower' and reason_code is null

),

tower_rules as (

    select * from {{ ref('alloc_object_rules') }}
    where {{ in_stale_periods() }} and sender_layer = 'resource_tower'

),

charges as (

    select
        *,
        'amount' as measure
    from {{ ref('alloc_standard_charges') }}
    where {{ in_stale_periods() }}

),

paths as (

    select distinct
        path_id,
        rule_set,
        fiscal_period,
        rule_id,
        from_id
    from {{ ref('alloc_path_entries') }}
    where {{ in_stale_periods() }} and sender_layer = 'resource_tower'

),

towers as (

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        to_id as from_id,
        cast(sum(amount_minor) as bigint) as amount_minor
    from pool_flows
    group by
        scenario, rule_set, fiscal_period, measure, cost_pool, cost_sub_pool, expense_type,
        is_credit, to_id

)

select
    {{ period_number('towers.fiscal_period') }} + row_number() over (
        partition by towers.fiscal_period
        order by
            towers.scenario, towers.rule_set, towers.measure, towers.cost_pool,
            towers.cost_sub_pool, towers.expense_type, towers.is_credit, towers.from_id
    ) as sender_id,
    towers.scenario,
    towers.rule_set,
    towers.fiscal_period,
    towers.measure,
    towers.cost_pool,
    towers.cost_sub_pool,
    towers.expense_type,
    towers.is_credit,
    towers.from_id,
    tower_rules.rule_id,
    tower_rules.method,
    paths.path_id,
    towers.amount_minor,
    {{ rated_part('charges.charged_minor') }} as charged_part,
    {{ rated_part('charges.budgeted_minor') }} as budgeted_part
from towers
left join tower_rules
    on
        towers.rule_set = tower_rules.rule_set
        and towers.fiscal_period = tower_rules.fiscal_period
        and towers.from_id = tower_rules.from_id
        and towers.cost_pool = tower_rules.cost_pool
        and towers.cost_sub_pool = tower_rules.cost_sub_pool
        and towers.expense_type = tower_rules.expense_type
left join charges
    on
        towers.measure = charges.measure
        and towers.rule_set = charges.rule_set
        and towers.fiscal_period = charges.fiscal_period
        and towers.from_id = charges.from_id
        and tower_rules.rule_id = charges.rule_id
left join paths
    on
        towers.rule_set = paths.rule_set
        and towers.fiscal_period = paths.fiscal_period
        and tower_rules.rule_id = paths.rule_id
        and towers.from_id = paths.from_id
window
    rated_cost as (
        partition by
            towers.scenario, towers.rule_set, towers.fiscal_period, towers.measure,
            towers.from_id, tower_rules.rule_id
    )
