-- grain: one billing period of a provider's account, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cloud__billing_periods
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cloud__billing_periods') }}

),

typed as (

    select
        {{ as_text('invoice_issuer_name') }} as invoice_issuer_name,
        {{ as_text('billing_account_id') }} as billing_account_id,
        {{ as_timestamp('billing_period_start') }} as billing_period_start,
        {{ as_timestamp('billing_period_end') }} as billing_period_end,
        {{ as_text('billing_period_status') }} as billing_period_status,
        file_name,
        line_number,
        {{ delivered_texts(['billing_period_start', 'billing_period_end']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['invoice_issuer_name', 'billing_period_start'],
            timestamps=['billing_period_start', 'billing_period_end'],
        ) }} as row_fault
    from typed

)

select
    invoice_issuer_name,
    billing_account_id,
    billing_period_start,
    billing_period_end,
    billing_period_status,
    file_name,
    line_number,
    coalesce(
        row_fault,
        {{ repeated_key(
            ['invoice_issuer_name', 'billing_account_id', 'billing_period_start'], 'row_fault'
        ) }}
    ) as reject_reason
from checked
