-- grain: one forecast amount of a forecast version, period, account and cost centre, delivered or not usable
-- why: casts the delivered text to the types of the input contract and says why a row cannot be used
-- reads: landing.planning__forecast_lines
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'planning__forecast_lines') }}

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
        {{ as_text('currency_code') }} as currency_code,
        file_name,
        line_number,
        {{ raw_row('delivered') }} as raw_row,
        {{ row_fault(
            required=['line_id', 'forecast_version', 'posting_date', 'account_id', 'amount'],
            dates=['posting_date'],
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
    forecast_version,
    posting_date,
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
    raw_row,
    reject_reason
from judged
