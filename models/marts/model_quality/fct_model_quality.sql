-- grain: one scenario, rule set, fiscal period, metric and detail of it
-- why: how good the cost model is, in the stages that the field uses, and what is a red flag
-- reads: alloc_last_steps, alloc_pool_senders, fct_forecast_error
-- conserves: shares by method and by reason add up to 100 percent of the money of the period

with

-- a part that is a credit counts by its size: it must not hide what stopped
by_method as (

    select
        *,
        abs(amount_minor) as part_size,
        coalesce(
            method in ('driver', 'capacity', 'dual_rate', 'standard_rate', 'cloud_usage'), false
        ) as is_measured
    from {{ ref('alloc_last_steps') }}

),

totals as (

    select
        scenario,
        rule_set,
        fiscal_period,
        sum(part_size) as total_size
    from by_method
    group by scenario, rule_set, fiscal_period

),

parts as (

    select
        scenario,
        rule_set,
        fiscal_period,
        'allocation_coverage' as metric,
        'all' as detail,
        case when reason_code is null then part_size else 0 end as part_size,
        case when reason_code is null then amount_minor else 0 end as amount_minor
    from by_method

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'consumptive_share',
        'all',
        case when is_measured then part_size else 0 end,
        case when is_measured then amount_minor else 0 end
    from by_method

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'residual_share',
        'unallocated',
        case when reason_code is not null then part_size else 0 end,
        case when reason_code is not null then amount_minor else 0 end
    from by_method

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'residual_share',
        cost_pool,
        abs(sum(amount_minor)),
        sum(amount_minor)
    from {{ ref('alloc_pool_senders') }}
    where measure = 'amount' and cost_pool = 'Misc Costs'
    group by scenario, rule_set, fiscal_period, cost_pool

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        case when reason_code is null then 'method_share' else 'unallocated_share' end,
        coalesce(reason_code, method, 'none'),
        part_size,
        amount_minor
    from by_method

),

metrics as (

    select
        parts.scenario,
        parts.rule_set,
        parts.fiscal_period,
        parts.metric,
        parts.detail,
        totals.total_size,
        sum(parts.part_size) as part_size,
        sum(parts.amount_minor) as amount_minor
    from parts
    inner join totals
        on
            parts.scenario = totals.scenario
            and parts.rule_set = totals.rule_set
            and parts.fiscal_period = totals.fiscal_period
    group by
        parts.scenario, parts.rule_set, parts.fiscal_period, parts.metric, parts.detail,
        totals.total_size

),

measured_metrics as (

    select
        scenario,
        rule_set,
        fiscal_period,
        metric,
        detail,
        {{ percent_of('part_size', 'total_size') }} as percentage,
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
