-- grain: use of one service by one consumer or other object in a period, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.consumption__service_usage
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

judged as (

    select
        *,
        case
            when row_fault is not null then row_fault
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
    from checked

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
