-- grain: one scenario, rule set, fiscal period, metric and detail of it
-- why: how good the cost model is, in the stages that the field uses, and what is a red flag
-- reads: alloc_last_steps, alloc_pool_senders, fct_forecast_error
-- conserves: shares by method and by reason add up to 100 percent of the money of the period

with

by_method as (

    select * from {{ ref('alloc_last_steps') }}

),

totals as (

    select
        scenario,
        rule_set,
        fiscal_period,
        sum(amount_minor) as total_minor,
        sum(case when reason_code is null then amount_minor else 0 end) as placed_minor,
        sum(
            case
                when
                    method in ('driver', 'capacity', 'dual_rate', 'standard_rate', 'cloud_usage')
                    then amount_minor
                else 0
            end
        ) as measured_minor
    from by_method
    group by scenario, rule_set, fiscal_period

),

residual_pools as (

    select
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        sum(amount_minor) as amount_minor
    from {{ ref('alloc_pool_senders') }}
    where measure = 'amount' and cost_pool = 'Misc Costs'
    group by scenario, rule_set, fiscal_period, cost_pool

),

metrics as (

    select
        *,
        'allocation_coverage' as metric,
        'all' as detail,
        placed_minor as amount_minor
    from totals

    union all

    select
        *,
        'consumptive_share',
        'all',
        measured_minor
    from totals

    union all

    select
        *,
        'residual_share',
        'unallocated',
        total_minor - placed_minor
    from totals

    union all

    select
        totals.*,
        'residual_share',
        residual_pools.cost_pool,
        residual_pools.amount_minor
    from residual_pools
    inner join totals
        on
            residual_pools.scenario = totals.scenario
            and residual_pools.rule_set = totals.rule_set
            and residual_pools.fiscal_period = totals.fiscal_period

    union all

    select
        totals.*,
        case when by_method.reason_code is null then 'method_share' else 'unallocated_share' end,
        coalesce(by_method.reason_code, by_method.method, 'none'),
        by_method.amount_minor
    from by_method
    inner join totals
        on
            by_method.scenario = totals.scenario
            and by_method.rule_set = totals.rule_set
            and by_method.fiscal_period = totals.fiscal_period

),

measured_metrics as (

    select
        scenario,
        rule_set,
        fiscal_period,
        metric,
        detail,
        {{ percent_of('amount_minor', 'total_minor') }} as percentage,
        {{ from_minor('amount_minor') }} as amount
    from metrics

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        scenario_type || '_error',
        'all',
        mean_error_percentage,
        variance_amount
    from {{ ref('fct_forecast_error') }}

),

staged_metrics as (

    select
        *,
        case metric
            when 'allocation_coverage' then {{ stage_of('percentage', [30, 60, 85, 95]) }}
            when 'consumptive_share' then {{ stage_of('percentage', [10, 40, 70, 80]) }}
            when 'forecast_error' then {{ stage_of_error('percentage', [5, 7, 12, 20]) }}
        end as stage
    from measured_metrics

)

select
    scenario,
    rule_set,
    fiscal_period,
    metric,
    detail,
    percentage,
    amount,
    stage,
    {{ stage_name('stage') }} as stage_name,
    case metric
        when 'allocation_coverage' then '30, 60, 85, 95, above 95%'
        when 'consumptive_share' then '10, 40, 70, 80, above 80%'
        when 'forecast_error' then 'above 20, 20, 12, 7, 5%'
        when 'residual_share' then 'red flag above 5%, grave above 10%'
        when 'unallocated_share' then 'red flag above 5%'
    end as thresholds,
    coalesce(
        metric in ('unallocated_share', 'residual_share') and percentage > 5
        or metric = 'allocation_coverage' and percentage < 90,
        false
    ) as is_red_flag
from staged_metrics
