-- grain: one billing period of a provider's account
-- why: the contract for cloud.billing_periods: rows that can be used, from whatever system
-- reads: stg_focus__billing_periods
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_focus__billing_periods') }}

)

select
    invoice_issuer_name,
    billing_account_id,
    billing_period_start,
    billing_period_end,
    billing_period_status,
    file_name,
    line_number
from staged
where reject_reason is null
