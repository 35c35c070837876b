-- grain: one measured service level of a service and period, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.performance__service_levels
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'performance__service_levels') }}

),

typed as (

    select
        {{ as_text('service_id') }} as service_id,
        {{ as_date('measure_date') }} as measure_date,
        {{ as_text('metric_name') }} as metric_name,
        {{ as_number('target_value') }} as target_value,
        {{ as_number('actual_value') }} as actual_value,
        {{ as_text('unit') }} as unit,
        file_name,
        line_number,
        {{ delivered_texts(['measure_date', 'target_value', 'actual_value']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['service_id', 'measure_date', 'metric_name'],
            dates=['measure_date'],
            numbers=['target_value', 'actual_value'],
        ) }} as row_fault
    from typed

),

judged as (

    select
        *,
        case
            when row_fault is not null then row_fault
            {{ reject_unknown_period('measure_date', ref('stg_files__fiscal_days')) }}
            {{ reject_orphan('service_id', ref('stg_files__services'), 'service_id') }}
        end as fault
    from checked

)

select
    service_id,
    measure_date,
    metric_name,
    target_value,
    actual_value,
    unit,
    file_name,
    line_number,
    coalesce(
        fault,
        {{ repeated_key(['service_id', 'measure_date', 'metric_name'], 'fault') }}
    ) as reject_reason
from judged
