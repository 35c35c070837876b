-- grain: one fiscal period, cost centre, account, cost pool and budget version
-- why: where and by how much the books differ from the plan
-- reads: alloc_classified_buckets, dim_scenarios, dim_rule_sets
-- conserves: all planned money, and all posted money of the periods that a version plans

with

classified as (

    select
        buckets.scenario,
        buckets.fiscal_period,
        buckets.cost_center_id,
        buckets.account_id,
        buckets.cost_pool,
        sum(buckets.amount_minor) as amount_minor
    from {{ ref('alloc_classified_buckets') }} as buckets
    inner join {{ ref('dim_rule_sets') }} as rule_sets
        on buckets.rule_set = rule_sets.rule_set and rule_sets.status = 'current'
    where buckets.measure = 'amount'
    group by all

),

planned as (

    select
        classified.*,
        scenarios.scenario_type
    from classified
    inner join {{ ref('dim_scenarios') }} as scenarios
        on classified.scenario = scenarios.scenario
    where scenarios.scenario_type <> 'actual'

),

planned_periods as (

    select distinct
        scenario,
        scenario_type,
        fiscal_period
    from planned

),

posted as (

    -- the actuals stand beside every version that plans their period
    select
        planned_periods.scenario,
        planned_periods.scenario_type,
        classified.fiscal_period,
        classified.cost_center_id,
        classified.account_id,
        classified.cost_pool,
        classified.amount_minor
    from classified
    inner join planned_periods on classified.fiscal_period = planned_periods.fiscal_period
    where classified.scenario = 'actual'

),

posted_periods as (

    select distinct fiscal_period from posted

),

compared as (

    select
        coalesce(planned.fiscal_period, posted.fiscal_period) as fiscal_period,
        coalesce(planned.cost_center_id, posted.cost_center_id) as cost_center_id,
        coalesce(planned.account_id, posted.account_id) as account_id,
        coalesce(planned.cost_pool, posted.cost_pool) as cost_pool,
        coalesce(planned.scenario, posted.scenario) as budget_version,
        coalesce(planned.scenario_type, posted.scenario_type) as plan_type,
        {{ from_minor('coalesce(posted.amount_minor, 0)') }} as actual_amount,
        {{ from_minor('coalesce(planned.amount_minor, 0)') }} as budget_amount,
        planned.amount_minor is not null as has_budget,
        posted.amount_minor is not null as has_actual
    from planned
    full outer join posted
        on
            planned.scenario = posted.scenario
            and planned.fiscal_period = posted.fiscal_period
            and planned.cost_center_id = posted.cost_center_id
            and planned.account_id = posted.account_id
            and planned.cost_pool = posted.cost_pool

)

select
    compared.fiscal_period,
    compared.cost_center_id,
    compared.account_id,
    compared.cost_pool,
    compared.budget_version,
    compared.plan_type,
    compared.actual_amount,
    compared.budget_amount,
    cast(compared.actual_amount - compared.budget_amount as decimal(18, 2)) as variance_amount,
    {{ percent_of(
        'compared.actual_amount - compared.budget_amount', 'abs(compared.budget_amount)'
    ) }} as variance_percent,
    case
        when posted_periods.fiscal_period is not null
            then compared.actual_amount <= compared.budget_amount
    end as is_favorable,
    compared.has_budget,
    compared.has_actual,
    posted_periods.fiscal_period is not null as period_has_actuals
from compared
left join posted_periods on compared.fiscal_period = posted_periods.fiscal_period
