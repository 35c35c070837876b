-- grain: one usable line of the posted ledger
-- why: what was really spent, in the reporting currency, with the rate it was converted at
-- reads: input_ledger__journal_lines, fct_exchange_rates, bridge_vendor_spellings, dim_accounts
-- conserves: every line of the input layer, once

{{
    config(
        materialized='incremental',
        incremental_strategy='by_file',
        on_schema_change='fail',
        pre_hook="{{ note_stale_files(ref('dim_ledger_files')) }}",
    )
}}

with

journal_lines as (

    select * from {{ ref('input_ledger__journal_lines') }} where {{ in_stale_files() }}

),

workspace as (

    select * from {{ ref('input_ledger__workspace') }}

),

rates as (

    select * from {{ ref('fct_exchange_rates') }} where rate_type = 'average'

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

vendors_by_record as (

    select
        spelled_vendor_id,
        min(vendor) as vendor
    from {{ ref('bridge_vendor_spellings') }}
    where spelled_vendor_id is not null
    group by spelled_vendor_id

),

vendors_by_name as (

    select
        spelled_vendor_name,
        min(vendor) as vendor
    from {{ ref('bridge_vendor_spellings') }}
    group by spelled_vendor_name

),

converted as (

    select
        journal_lines.*,
        coalesce(journal_lines.currency_code, workspace.reporting_currency) as line_currency_code,
        rates.rate as exchange_rate
    from journal_lines
    cross join workspace
    left join rates
        on
            journal_lines.fiscal_period = rates.fiscal_period
            and coalesce(journal_lines.currency_code, workspace.reporting_currency)
            = rates.currency_code

)

select
    converted.line_id,
    converted.document_id,
    converted.posting_date,
    converted.fiscal_period,
    converted.account_id,
    coalesce(converted.cost_center_id, 'UNKNOWN') as cost_center_id,
    coalesce(vendors_by_record.vendor, vendors_by_name.vendor, 'NO VENDOR') as vendor,
    converted.vendor_id,
    converted.project_id,
    converted.service_id,
    converted.application_id,
    converted.consumer_id,
    converted.contract_id,
    converted.asset_id,
    converted.legal_entity_id,
    coalesce(converted.expense_type, accounts.expense_type) as expense_type,
    converted.entry_type,
    converted.reverses_line_id,
    converted.description,
    converted.amount as amount_local,
    converted.line_currency_code as currency_code,
    converted.exchange_rate,
    {{ to_reporting_amount('converted.amount', 'converted.exchange_rate') }} as amount,
    converted.file_name,
    converted.line_number,
    files.file_version
from converted
left join {{ ref('dim_ledger_files') }} as files on converted.file_name = files.file_name
left join accounts on converted.account_id = accounts.account_id
left join vendors_by_record on converted.vendor_id = vendors_by_record.spelled_vendor_id
left join vendors_by_name on converted.vendor_name = vendors_by_name.spelled_vendor_name
