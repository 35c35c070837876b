-- grain: one fiscal period and pair of currencies with an average rate
-- why: money in a currency without a rate in its period must be rejected, not dropped later
-- reads: stg_files__exchange_rates, stg_files__fiscal_days
-- conserves: every pair and period for which a usable average rate was delivered

with

exchange_rates as (

    select * from {{ ref('stg_files__exchange_rates') }}

),

fiscal_days as (

    select * from {{ ref('stg_files__fiscal_days') }}

)

select distinct
    fiscal_days.fiscal_period,
    upper(exchange_rates.from_currency) as currency_code,
    upper(exchange_rates.to_currency) as to_currency
from exchange_rates
inner join fiscal_days on exchange_rates.rate_date = fiscal_days.day
where exchange_rates.reject_reason is null and exchange_rates.rate_type = 'average'
