-- grain: one usable line of a budget or forecast version
-- why: what was planned, in the reporting currency; each version is a scenario beside the actuals
-- reads: budget and forecast lines, fct_exchange_rates, bridge_vendor_spellings, dim_accounts
-- conserves: every line of the input layer, once

with

plan_lines as (

    select
        budget_version as scenario,
        'budget' as plan_type,
        line_id,
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
        line_number
    from {{ ref('input_planning__budget_lines') }}

    union all

    select
        forecast_version,
        'forecast',
        line_id,
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
        line_number
    from {{ ref('input_planning__forecast_lines') }}

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

)

select
    plan_lines.scenario,
    plan_lines.plan_type,
    plan_lines.line_id,
    plan_lines.posting_date,
    plan_lines.fiscal_period,
    plan_lines.account_id,
    coalesce(plan_lines.cost_center_id, 'UNKNOWN') as cost_center_id,
    coalesce(vendors_by_record.vendor, 'NO VENDOR') as vendor,
    plan_lines.project_id,
    plan_lines.service_id,
    plan_lines.application_id,
    plan_lines.consumer_id,
    coalesce(plan_lines.expense_type, accounts.expense_type) as expense_type,
    cast(null as varchar) as entry_type,
    plan_lines.description,
    plan_lines.amount as amount_local,
    coalesce(plan_lines.currency_code, workspace.reporting_currency) as currency_code,
    rates.rate as exchange_rate,
    {{ to_reporting_amount('plan_lines.amount', 'rates.rate') }} as amount,
    plan_lines.file_name,
    plan_lines.line_number
from plan_lines
cross join workspace
left join rates
    on
        plan_lines.fiscal_period = rates.fiscal_period
        and coalesce(plan_lines.currency_code, workspace.reporting_currency)
        = rates.currency_code
left join accounts on plan_lines.account_id = accounts.account_id
left join vendors_by_record on plan_lines.vendor_id = vendors_by_record.spelled_vendor_id
