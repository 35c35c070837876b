-- grain: one line of a posted journal, as delivered
-- why: the contract for ledger.journal_lines: rows that can be used, from whatever system
-- reads: stg_files__journal_lines
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__journal_lines') }}

)

select
    line_id,
    document_id,
    posting_date,
    period_name,
    fiscal_period,
    document_date,
    account_id,
    cost_center_id,
    vendor_id,
    vendor_name,
    project_id,
    service_id,
    application_id,
    consumer_id,
    contract_id,
    asset_id,
    legal_entity_id,
    expense_type,
    entry_type,
    reverses_line_id,
    description,
    amount,
    currency_code,
    file_name,
    line_number
from staged
where reject_reason is null
