-- grain: one line of a contract, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.contracts__contract_lines
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'contracts__contract_lines') }}

),

typed as (

    select
        {{ as_text('contract_line_id') }} as contract_line_id,
        {{ as_text('contract_id') }} as contract_id,
        {{ as_text('description') }} as description,
        {{ as_text('application_id') }} as application_id,
        {{ as_text('service_id') }} as service_id,
        {{ as_date('start_date') }} as start_date,
        {{ as_date('end_date') }} as end_date,
        {{ as_number('quantity') }} as quantity,
        {{ as_text('unit') }} as unit,
        {{ as_number('amount') }} as amount,
        {{ as_text('currency_code') }} as currency_code,
        file_name,
        line_number,
        {{ delivered_texts(['start_date', 'end_date', 'quantity', 'amount']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['contract_line_id', 'contract_id'],
            dates=['start_date', 'end_date'],
            numbers=['quantity', 'amount'],
        ) }} as row_fault
    from typed

),

judged as (

    select
        *,
        case
            when row_fault is not null then row_fault
            {{ reject_orphan('contract_id', ref('stg_files__contracts'), 'contract_id') }}
        end as fault
    from checked

)

select
    contract_line_id,
    contract_id,
    description,
    application_id,
    service_id,
    start_date,
    end_date,
    quantity,
    unit,
    amount,
    currency_code,
    file_name,
    line_number,
    coalesce(fault, {{ repeated_key(['contract_line_id'], 'fault') }}) as reject_reason
from judged
