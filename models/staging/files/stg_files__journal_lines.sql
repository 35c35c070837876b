-- grain: one line of a posted journal, as delivered, delivered or not usable
-- why: casts the delivered text to the types of the input contract and says why a row cannot be used
-- reads: landing.ledger__journal_lines
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'ledger__journal_lines') }}

),

typed as (

    select
        {{ as_text('line_id') }} as line_id,
        {{ as_text('document_id') }} as document_id,
        {{ as_date('posting_date') }} as posting_date,
        {{ as_text('period_name') }} as period_name,
        {{ as_date('document_date') }} as document_date,
        {{ as_text('account_id') }} as account_id,
        {{ as_text('cost_center_id') }} as cost_center_id,
        {{ as_text('vendor_id') }} as vendor_id,
        {{ as_text('vendor_name') }} as vendor_name,
        {{ as_text('project_id') }} as project_id,
        {{ as_text('service_id') }} as service_id,
        {{ as_text('application_id') }} as application_id,
        {{ as_text('consumer_id') }} as consumer_id,
        {{ as_text('contract_id') }} as contract_id,
        {{ as_text('asset_id') }} as asset_id,
        {{ as_text('legal_entity_id') }} as legal_entity_id,
        {{ as_code('expense_type', ['OpEx', 'CapEx']) }} as expense_type,
        {{ as_text('entry_type') }} as entry_type,
        {{ as_text('reverses_line_id') }} as reverses_line_id,
        {{ as_text('description') }} as description,
        {{ as_number('amount') }} as amount,
        {{ as_text('currency_code') }} as currency_code,
        file_name,
        line_number,
        {{ raw_row('delivered') }} as raw_row,
        {{ row_fault(
            required=['line_id', 'posting_date', 'account_id', 'amount'],
            dates=['posting_date', 'document_date'],
            numbers=['amount'],
            codes={
                'expense_type': ['OpEx', 'CapEx'],
            },
        ) }} as row_fault
    from delivered

),

judged as (

    select
        *,
        case
            when row_fault is not null then row_fault
            {{ reject_orphan('account_id', ref('stg_files__accounts'), 'account_id') }}
            {{ reject_repeated(['line_id']) }}
        end as reject_reason
    from typed

)

select
    line_id,
    document_id,
    posting_date,
    period_name,
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
    line_number,
    raw_row,
    reject_reason
from judged
