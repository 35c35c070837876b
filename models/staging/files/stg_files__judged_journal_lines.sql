-- grain: one line of a posted journal, usable or not, judged by itself
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.ledger__journal_lines, what its texts name, stg_files__journal_versions
-- conserves: every delivered row, with a reject_reason where it cannot be used

{{
    config(
        materialized='incremental',
        incremental_strategy='by_file',
        on_schema_change='fail',
        pre_hook="{{ note_stale_files(ref('stg_files__journal_versions')) }}",
    )
}}

with

delivered as (

    select * from {{ source('landing', 'ledger__journal_lines') }} where {{ in_stale_files() }}

),

versions as (

    select * from {{ ref('stg_files__journal_versions') }}

),

settings as (

    select * from {{ ref('stg_files__settings') }}

),

fiscal_periods as (

    select * from {{ ref('stg_files__fiscal_calendar') }}

),

fiscal_days as (

    select * from {{ ref('stg_files__fiscal_days') }}

),

rates as (

    select * from {{ ref('stg_files__convertible_currencies') }}

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
        upper({{ as_text('currency_code') }}) as currency_code,
        file_name,
        line_number,
        {{ delivered_texts(['posting_date', 'document_date', 'amount']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['line_id', 'posting_date', 'account_id', 'amount'],
            dates=['posting_date', 'document_date'],
            numbers=['amount'],
            codes={
                'expense_type': ['OpEx', 'CapEx'],
            },
        ) }} as row_fault
    from typed

),

in_periods as (

    select
        checked.*,
        coalesce(fiscal_periods.start_date, fiscal_days.fiscal_period) as fiscal_period,
        checked.period_name is not null
        and fiscal_periods.start_date is null as is_unknown_period_name,
        settings.reporting_currency
    from checked
    cross join settings
    left join fiscal_days on checked.posting_date = fiscal_days.day
    left join fiscal_periods on checked.period_name = fiscal_periods.period_name

),

judged as (

    select
        in_periods.*,
        case
            when in_periods.row_fault is not null then in_periods.row_fault
            when in_periods.is_unknown_period_name then 'unknown_period:period_name'
            when abs(in_periods.amount) >= 10000000000000 then 'too_large:amount'
            when in_periods.fiscal_period is null then 'unknown_period:posting_date'
            when
                coalesce(in_periods.currency_code, in_periods.reporting_currency)
                <> in_periods.reporting_currency
                and rates.currency_code is null
                then 'missing_exchange_rate:currency_code'
            {{ reject_orphan('account_id', ref('stg_files__accounts'), 'account_id') }}
        end as fault
    from in_periods
    left join rates
        on
            in_periods.fiscal_period = rates.fiscal_period
            and in_periods.currency_code = rates.currency_code
            and in_periods.reporting_currency = rates.to_currency

)

select
    judged.line_id,
    judged.document_id,
    judged.posting_date,
    judged.period_name,
    judged.fiscal_period,
    judged.document_date,
    judged.account_id,
    judged.cost_center_id,
    judged.vendor_id,
    judged.vendor_name,
    judged.project_id,
    judged.service_id,
    judged.application_id,
    judged.consumer_id,
    judged.contract_id,
    judged.asset_id,
    judged.legal_entity_id,
    judged.expense_type,
    judged.entry_type,
    judged.reverses_line_id,
    judged.description,
    judged.amount,
    judged.currency_code,
    judged.file_name,
    versions.file_version,
    judged.line_number,
    judged.fault as reject_reason
from judged
left join versions on judged.file_name = versions.file_name
