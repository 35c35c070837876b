-- grain: one invoice line of a provider
-- why: the contract for cloud.invoices: rows that can be used, from whatever system
-- reads: stg_focus__invoices
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_focus__invoices') }}

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
    line_number
from staged
where reject_reason is null
