-- grain: one fiscal period, currency and rate type
-- why: the rate at which amounts of a period become the reporting currency
-- reads: input_ledger__exchange_rates, dim_fiscal_days, workspace
-- conserves: the last delivered rate of each period; the reporting currency itself at 1

with

rates as (

    select * from {{ ref('input_ledger__exchange_rates') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

workspace as (

    select * from {{ ref('input_ledger__workspace') }}

),

rates_to_reporting_currency as (

    select
        fiscal_days.fiscal_period,
        upper(rates.from_currency) as currency_code,
        rates.rate_type,
        rates.rate
    from rates
    inner join workspace on upper(rates.to_currency) = workspace.reporting_currency
    inner join fiscal_days on rates.rate_date = fiscal_days.day
    where upper(rates.from_currency) <> workspace.reporting_currency
    qualify
        row_number() over (
            partition by fiscal_days.fiscal_period, upper(rates.from_currency), rates.rate_type
            order by rates.rate_date desc
        ) = 1

),

reporting_currency_itself as (

    select
        periods.fiscal_period,
        workspace.reporting_currency as currency_code,
        types.rate_type,
        cast(1 as decimal(38, 12)) as rate
    from {{ ref('dim_fiscal_periods') }} as periods
    cross join workspace
    cross join (values ('average'), ('closing')) as types (rate_type)

)

select
    fiscal_period,
    currency_code,
    rate_type,
    rate
from rates_to_reporting_currency

union all

select
    fiscal_period,
    currency_code,
    rate_type,
    rate
from reporting_currency_itself
