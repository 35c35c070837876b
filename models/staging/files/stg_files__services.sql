-- grain: one service, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cmdb__services
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cmdb__services') }}

),

typed as (

    select
        {{ as_text('service_id') }} as service_id,
        {{ as_text('service_name') }} as service_name,
        {{ as_code('service_type', ['business', 'technical']) }} as service_type,
        {{ as_text('solution_category') }} as solution_category,
        {{ as_text('solution_name') }} as solution_name,
        {{ as_text('owner_name') }} as owner_name,
        {{ as_text('unit_of_measure') }} as unit_of_measure,
        {{ as_number('capacity_quantity') }} as capacity_quantity,
        file_name,
        line_number,
        {{ delivered_texts(['capacity_quantity']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['service_id'],
            numbers=['capacity_quantity'],
            codes={
                'service_type': ['business', 'technical'],
            },
            not_negative=['capacity_quantity'],
            objects=['service_id'],
        ) }} as row_fault
    from typed

)

select
    service_id,
    service_name,
    service_type,
    solution_category,
    solution_name,
    owner_name,
    unit_of_measure,
    capacity_quantity,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['service_id'], 'row_fault') }}) as reject_reason
from checked
