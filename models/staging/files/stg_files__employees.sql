-- grain: one position or employee and the dates for which the row holds, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.workforce__employees
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'workforce__employees') }}

),

typed as (

    select
        {{ as_text('employee_id') }} as employee_id,
        {{ as_text('role_name') }} as role_name,
        {{ as_text('cost_center_id') }} as cost_center_id,
        {{ as_code('employment_type', ['internal', 'external']) }} as employment_type,
        {{ as_text('vendor_id') }} as vendor_id,
        {{ as_number('fte') }} as fte,
        {{ as_text('location') }} as location,
        {{ open_start('valid_from') }} as valid_from,
        {{ open_end('valid_to') }} as valid_to,
        file_name,
        line_number,
        {{ delivered_texts(['valid_from', 'valid_to', 'fte']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['employee_id'],
            dates=['valid_from', 'valid_to'],
            numbers=['fte'],
            codes={
                'employment_type': ['internal', 'external'],
            },
            not_negative=['fte'],
        ) }} as row_fault
    from typed

)

select
    employee_id,
    role_name,
    cost_center_id,
    employment_type,
    vendor_id,
    fte,
    location,
    valid_from,
    valid_to,
    file_name,
    line_number,
    coalesce(
        row_fault,
        {{ repeated_key(['employee_id', 'valid_from'], 'row_fault') }}
    ) as reject_reason
from checked
