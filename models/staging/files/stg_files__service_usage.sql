-- grain: use of one service by one consumer or other object in a period, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.consumption__service_usage, stg_files__services and other master data
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'consumption__service_usage') }}

),

typed as (

    select
        {{ as_text('usage_id') }} as usage_id,
        {{ as_text('service_id') }} as service_id,
        {{ as_date('usage_date') }} as usage_date,
        {{ as_code('used_by_type', ['consumer', 'service', 'application']) }} as used_by_type,
        {{ as_text('used_by_id') }} as used_by_id,
        {{ as_number('quantity') }} as quantity,
        {{ as_text('unit') }} as unit,
        file_name,
        line_number,
        {{ delivered_texts(['usage_date', 'quantity']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=[
                'usage_id', 'service_id', 'usage_date', 'used_by_type',
                'used_by_id', 'quantity'
            ],
            dates=['usage_date'],
            numbers=['quantity'],
            codes={
                'used_by_type': ['consumer', 'service', 'application'],
            },
        ) }} as row_fault
    from typed

),

services as (

    select
        service_id,
        min(unit_of_measure) as unit_of_measure
    from {{ ref('stg_files__services') }}
    where reject_reason is null
    group by service_id

),

measured as (

    select
        checked.*,
        services.unit_of_measure,
        coalesce(checked.unit, services.unit_of_measure) as measured_in
    from checked
    left join services on checked.service_id = services.service_id

),

units as (

    -- users and thousand users do not add up: the unit of most rows is that of the use
    select
        service_id,
        measured_in
    from measured
    where row_fault is null and measured_in is not null
    group by service_id, measured_in
    qualify
        row_number() over (
            partition by service_id
            order by
                count(*) desc,
                case when measured_in = min(unit_of_measure) then 0 else 1 end,
                measured_in
        ) = 1

),

compared as (

    select
        measured.*,
        units.measured_in as usually_measured_in
    from measured
    left join units on measured.service_id = units.service_id

),

judged as (

    select
        *,
        case
            when row_fault is not null then row_fault
            when measured_in <> usually_measured_in then 'mixed_units:unit'
            {{ reject_unknown_period('usage_date', ref('stg_files__fiscal_days')) }}
            {{ reject_orphan('service_id', ref('stg_files__services'), 'service_id') }}
            {{ reject_orphan(
                "case when used_by_type = 'consumer' then used_by_id end",
                ref('stg_files__consumers'), 'consumer_id', 'used_by_id'
            ) }}
            {{ reject_orphan(
                "case when used_by_type = 'service' then used_by_id end",
                ref('stg_files__services'), 'service_id', 'used_by_id'
            ) }}
            {{ reject_orphan(
                "case when used_by_type = 'application' then used_by_id end",
                ref('stg_files__applications'), 'application_id', 'used_by_id'
            ) }}
        end as fault
    from compared

)

select
    usage_id,
    service_id,
    usage_date,
    used_by_type,
    used_by_id,
    quantity,
    unit,
    file_name,
    line_number,
    coalesce(fault, {{ repeated_key(['usage_id'], 'fault') }}) as reject_reason
from judged
