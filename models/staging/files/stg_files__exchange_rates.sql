-- grain: one rate of a currency pair, type and date, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.ledger__exchange_rates
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'ledger__exchange_rates') }}

),

typed as (

    select
        {{ as_text('from_currency') }} as from_currency,
        {{ as_text('to_currency') }} as to_currency,
        {{ as_code('rate_type', ['average', 'closing']) }} as rate_type,
        {{ as_date('rate_date') }} as rate_date,
        {{ as_number('rate') }} as rate,
        file_name,
        line_number,
        {{ delivered_texts(['rate_date', 'rate']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['from_currency', 'to_currency', 'rate_type', 'rate_date', 'rate'],
            dates=['rate_date'],
            numbers=['rate'],
            codes={
                'rate_type': ['average', 'closing'],
            },
            positive=['rate'],
        ) }} as row_fault
    from typed

),

judged as (

    select
        *,
        case
            when row_fault is not null then row_fault
            when rate >= 1000000 then 'too_large:rate'
            {{ reject_unknown_period('rate_date', ref('stg_files__fiscal_days')) }}
        end as fault
    from checked

)

select
    from_currency,
    to_currency,
    rate_type,
    rate_date,
    rate,
    file_name,
    line_number,
    coalesce(
        fault,
        {{ repeated_key(['from_currency', 'to_currency', 'rate_type', 'rate_date'], 'fault') }}
    ) as reject_reason
from judged
