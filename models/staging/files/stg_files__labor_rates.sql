-- grain: one rate of a role and the dates for which it holds, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.workforce__labor_rates
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'workforce__labor_rates') }}

),

typed as (

    select
        {{ as_text('role_name') }} as role_name,
        {{ as_number('hourly_rate') }} as hourly_rate,
        {{ as_text('currency_code') }} as currency_code,
        {{ open_start('valid_from') }} as valid_from,
        {{ open_end('valid_to') }} as valid_to,
        file_name,
        line_number,
        {{ delivered_texts(['valid_from', 'valid_to', 'hourly_rate']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['role_name', 'hourly_rate'],
            dates=['valid_from', 'valid_to'],
            numbers=['hourly_rate'],
        ) }} as row_fault
    from typed

)

select
    role_name,
    hourly_rate,
    currency_code,
    valid_from,
    valid_to,
    file_name,
    line_number,
    coalesce(
        row_fault,
        {{ repeated_key(['role_name', 'valid_from'], 'row_fault') }}
    ) as reject_reason
from checked
