-- grain: one vendor record of the ledger's vendor master, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.ledger__vendors
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'ledger__vendors') }}

),

typed as (

    select
        {{ as_text('vendor_id') }} as vendor_id,
        {{ as_text('vendor_name') }} as vendor_name,
        {{ as_text('parent_vendor_id') }} as parent_vendor_id,
        {{ as_text('country_code') }} as country_code,
        file_name,
        line_number
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['vendor_id', 'vendor_name'],
        ) }} as row_fault
    from typed

)

select
    vendor_id,
    vendor_name,
    parent_vendor_id,
    country_code,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['vendor_id'], 'row_fault') }}) as reject_reason
from checked
