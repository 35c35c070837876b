-- grain: one currency of ISO 4217
-- why: names and minor units of the currencies, and which one the company reports in
-- reads: seed currencies, settings by way of the input layer
-- conserves: every active currency of the standard

with

currencies as (

    select * from {{ ref('currencies') }}

),

workspace as (

    select * from {{ ref('input_ledger__workspace') }}

)

select
    currencies.currency_code,
    currencies.currency_name,
    currencies.minor_units,
    currencies.currency_code = workspace.reporting_currency as is_reporting_currency
from currencies
cross join workspace
