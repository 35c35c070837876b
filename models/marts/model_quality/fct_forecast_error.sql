-- grain: one budget or forecast version, rule set and fiscal period that has actuals too
-- why: how far plans are from what came, and at which stage the forecasting of the company is
-- reads: alloc_pool_senders, dim_scenarios
-- conserves: actual and planned amount of each period, each once per version

with

senders as (

    select * from {{ ref('alloc_pool_senders') }} where measure = 'amount'

),

scenarios as (

    select * from {{ ref('dim_scenarios') }}

),

totals as (

    select
        senders.scenario,
        scenarios.scenario_type,
        senders.rule_set,
        senders.fiscal_period,
        cast(sum(senders.amount_minor) as bigint) as amount_minor
    from senders
    inner join scenarios on senders.scenario = scenarios.scenario
    group by
        senders.scenario, scenarios.scenario_type, senders.rule_set, senders.fiscal_period

),

errors as (

    select
        plans.scenario,
        plans.scenario_type,
        plans.rule_set,
        plans.fiscal_period,
        plans.amount_minor as planned_minor,
        actuals.amount_minor as actual_minor,
        {{ percent_of('abs(actuals.amount_minor - plans.amount_minor)',
            'abs(actuals.amount_minor)') }} as error_percentage
    from totals as plans
    inner join totals as actuals
        on
            plans.rule_set = actuals.rule_set
            and plans.fiscal_period = actuals.fiscal_period
            and actuals.scenario_type = 'actual'
    where plans.scenario_type <> 'actual' and actuals.amount_minor <> 0

),

running_errors as (

    select
        *,
        count(*) over so_far as period_count,
        cast(sum(error_percentage) over so_far / count(*) over so_far as decimal(18, 4))
            as mean_error_percentage
    from errors
    window
        so_far as (
            partition by scenario, rule_set
            order by fiscal_period
            rows between unbounded preceding and current row
        )

),

staged_errors as (

    select
        *,
        case
            when scenario_type = 'forecast'
                then {{ stage_of_error('mean_error_percentage', [5, 7, 12, 20]) }}
        end as stage
    from running_errors

)

select
    scenario,
    scenario_type,
    rule_set,
    fiscal_period,
    {{ from_minor('actual_minor') }} as actual_amount,
    {{ from_minor('planned_minor') }} as planned_amount,
    {{ from_minor('actual_minor - planned_minor') }} as variance_amount,
    error_percentage,
    cast(period_count as integer) as period_count,
    mean_error_percentage,
    stage,
    {{ stage_name('stage') }} as stage_name
from staged_errors
