-- grain: one forecast amount of a forecast version, period, account and cost centre, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.planning__forecast_lines
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'planning__forecast_lines') }}

),

settings as (

    select * from {{ ref('stg_files__settings') }}

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
        {{ as_text('forecast_version') }} as forecast_version,
        {{ as_date('posting_date') }} as posting_date,
        {{ as_text('account_id') }} as account_id,
        {{ as_text('cost_center_id') }} as cost_center_id,
        {{ as_text('vendor_id') }} as vendor_id,
        {{ as_text('project_id') }} as project_id,
        {{ as_text('service_id') }} as service_id,
        {{ as_text('application_id') }} as application_id,
        {{ as_text('consumer_id') }} as consumer_id,
        {{ as_code('expense_type', ['OpEx', 'CapEx']) }} as expense_type,
        {{ as_text('description') }} as description,
        {{ as_number('amount') }} as amount,
        upper({{ as_text('currency_code') }}) as currency_code,
        file_name,
        line_number,
        {{ delivered_texts(['posting_date', 'amount']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['line_id', 'forecast_version', 'posting_date', 'account_id', 'amount'],
            dates=['posting_date'],
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
        fiscal_days.fiscal_period,
        settings.reporting_currency
    from checked
    cross join settings
    left join fiscal_days on checked.posting_date = fiscal_days.day

),

judged as (

    select
        in_periods.*,
        case
            when in_periods.row_fault is not null then in_periods.row_fault
            when lower(in_periods.forecast_version) = 'actual' then 'reserved_name:forecast_version'
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
    line_id,
    forecast_version,
    posting_date,
    fiscal_period,
    account_id,
    cost_center_id,
    vendor_id,
    project_id,
    service_id,
    application_id,
    consumer_id,
    expense_type,
    description,
    amount,
    currency_code,
    file_name,
    line_number,
    coalesce(fault, {{ repeated_key(['line_id'], 'fault') }}) as reject_reason
from judged
