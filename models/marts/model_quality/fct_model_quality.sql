-- grain: one scenario, rule set, fiscal period, metric and detail of it
-- why: how good the cost model is, in the stages that the field uses, and what is a red flag
-- reads: flows of all steps, alloc_shares
-- conserves: shares by method and by reason add up to 100 percent of the money of the period

with

shares as (

    select
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        max(method_used) as method_used
    from {{ ref('alloc_shares') }}
    group by rule_set, fiscal_period, rule_id, from_id

),

last_steps as (

    select
        scenario,
        rule_set,
        fiscal_period,
        rule_id,
        service_id as from_id,
        method,
        reason_code,
        amount_minor
    from {{ ref('alloc_consumer_flows') }}
    where measure = 'amount'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        method,
        reason_code,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where measure = 'amount' and (reason_code is not null or to_layer = 'consumer')

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        rule_id,
        '*' as from_id,
        method,
        reason_code,
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where measure = 'amount' and (reason_code is not null or to_layer = 'consumer')

),

by_method as (

    select
        last_steps.scenario,
        last_steps.rule_set,
        last_steps.fiscal_period,
        last_steps.reason_code,
        case
            when last_steps.reason_code is null
                then coalesce(shares.method_used, last_steps.method)
        end as method,
        sum(last_steps.amount_minor) as amount_minor
    from last_steps
    left join shares
        on
            last_steps.rule_set = shares.rule_set
            and last_steps.fiscal_period = shares.fiscal_period
            and last_steps.rule_id = shares.rule_id
            and last_steps.from_id = shares.from_id
    group by all

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
        *,
        {{ percent_of('amount_minor', 'total_minor') }} as percentage
    from metrics

)

select
    scenario,
    rule_set,
    fiscal_period,
    metric,
    detail,
    percentage,
    {{ from_minor('amount_minor') }} as amount,
    case
        when metric = 'allocation_coverage'
            then {{ stage_of('percentage', [30, 60, 85, 95]) }}
        when metric = 'consumptive_share'
            then {{ stage_of('percentage', [10, 40, 70, 80]) }}
    end as stage,
    case
        when metric = 'allocation_coverage' then '30, 60, 85, 95, above 95%'
        when metric = 'consumptive_share' then '10, 40, 70, 80, above 80%'
        when metric = 'unallocated_share' then 'red flag above 5%'
    end as thresholds,
    coalesce(
        metric = 'unallocated_share' and percentage > 5
        or metric = 'allocation_coverage' and percentage < 90,
        false
    ) as is_red_flag
from measured_metrics
