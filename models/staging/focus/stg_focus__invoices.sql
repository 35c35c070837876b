-- grain: one invoice line of a provider, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cloud__invoices
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cloud__invoices') }}

),

typed as (

    select
        {{ as_text('invoice_detail_id') }} as invoice_detail_id,
        {{ as_text('invoice_id') }} as invoice_id,
        {{ as_text('invoice_issuer_name') }} as invoice_issuer_name,
        {{ as_text('billing_account_id') }} as billing_account_id,
        {{ as_timestamp('billing_period_start') }} as billing_period_start,
        {{ as_timestamp('billing_period_end') }} as billing_period_end,
        {{ as_text('charge_category') }} as charge_category,
        {{ as_number('billed_cost') }} as billed_cost,
        {{ as_text('billing_currency') }} as billing_currency,
        file_name,
        line_number,
        {{ delivered_texts([
            'billing_period_start', 'billing_period_end', 'billed_cost',
        ]) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=[
                'invoice_detail_id', 'invoice_id', 'billing_period_start',
                'billed_cost', 'billing_currency'
            ],
            timestamps=['billing_period_start', 'billing_period_end'],
            numbers=['billed_cost'],
        ) }} as row_fault
    from typed

)

select
    invoice_detail_id,
    invoice_id,
    invoice_issuer_name,
    billing_account_id,
    billing_period_start,
    billing_period_end,
    charge_category,
    billed_cost,
    billing_currency,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['invoice_detail_id'], 'row_fault') }}) as reject_reason
from checked
