-- grain: one contract, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.contracts__contracts
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'contracts__contracts') }}

),

typed as (

    select
        {{ as_text('contract_id') }} as contract_id,
        {{ as_text('contract_name') }} as contract_name,
        {{ as_text('vendor_id') }} as vendor_id,
        {{ as_text('vendor_name') }} as vendor_name,
        {{ as_text('contract_type') }} as contract_type,
        {{ as_date('start_date') }} as start_date,
        {{ as_date('end_date') }} as end_date,
        {{ as_integer('notice_days') }} as notice_days,
        {{ as_boolean('is_auto_renewing') }} as is_auto_renewing,
        {{ as_number('total_value') }} as total_value,
        {{ as_text('currency_code') }} as currency_code,
        {{ as_text('owner_name') }} as owner_name,
        {{ as_text('cost_center_id') }} as cost_center_id,
        file_name,
        line_number,
        {{ delivered_texts([
            'start_date', 'end_date', 'total_value', 'notice_days',
            'is_auto_renewing',
        ]) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['contract_id'],
            dates=['start_date', 'end_date'],
            numbers=['total_value'],
            integers=['notice_days'],
            booleans=['is_auto_renewing'],
        ) }} as row_fault
    from typed

)

select
    contract_id,
    contract_name,
    vendor_id,
    vendor_name,
    contract_type,
    start_date,
    end_date,
    notice_days,
    is_auto_renewing,
    total_value,
    currency_code,
    owner_name,
    cost_center_id,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['contract_id'], 'row_fault') }}) as reject_reason
from checked
