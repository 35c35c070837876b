-- grain: one spelling pattern, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cost_model__vendor_aliases
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cost_model__vendor_aliases') }}

),

typed as (

    select
        {{ as_text('pattern') }} as pattern,
        {{ as_text('vendor') }} as vendor,
        file_name,
        line_number
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['pattern', 'vendor'],
        ) }} as row_fault
    from typed

)

select
    pattern,
    vendor,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['pattern'], 'row_fault') }}) as reject_reason
from checked
