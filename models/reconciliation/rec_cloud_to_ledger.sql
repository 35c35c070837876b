-- grain: one fiscal period and cloud vendor
-- why: the bill of a provider and the books should agree, and where they do not it should show
-- reads: fct_cloud_charges, fct_ledger_lines, fct_exchange_rates, bridge_vendor_spellings
-- conserves: every charge of a provider and every ledger line of its vendor

with

charges as (

    select * from {{ ref('fct_cloud_charges') }}

),

rates as (

    select * from {{ ref('fct_exchange_rates') }} where rate_type = 'average'

),

vendors as (

    select
        spelled_vendor_name,
        min(vendor) as vendor
    from {{ ref('bridge_vendor_spellings') }}
    group by spelled_vendor_name

),

billed as (

    select
        charges.fiscal_period,
        coalesce(vendors.vendor, charges.provider) as vendor,
        sum(cast(charges.billed_cost as decimal(20, 6)) * cast(rates.rate as decimal(18, 12)))
            as amount,
        count(*) filter (where rates.rate is null) as charges_without_rate
    from charges
    left join vendors on charges.provider = vendors.spelled_vendor_name
    left join rates
        on
            charges.fiscal_period = rates.fiscal_period
            and upper(charges.billing_currency) = rates.currency_code
    group by all

),

booked as (

    select
        fiscal_period,
        vendor,
        sum(amount) as amount
    from {{ ref('fct_ledger_lines') }}
    where vendor in (select vendor from billed)
    group by fiscal_period, vendor

),

compared as (

    select
        coalesce(billed.fiscal_period, booked.fiscal_period) as fiscal_period,
        coalesce(billed.vendor, booked.vendor) as vendor,
        cast(round(coalesce(billed.amount, 0), 2) as decimal(18, 2)) as billed_amount,
        cast(coalesce(booked.amount, 0) as decimal(18, 2)) as ledger_amount,
        coalesce(billed.charges_without_rate, 0) as charges_without_rate
    from billed
    full outer join booked
        on billed.fiscal_period = booked.fiscal_period and billed.vendor = booked.vendor

)

select
    fiscal_period,
    vendor,
    billed_amount,
    ledger_amount,
    cast(ledger_amount - billed_amount as decimal(18, 2)) as difference_amount,
    {{ percent_of('ledger_amount - billed_amount', 'billed_amount') }} as difference_percent,
    charges_without_rate
from compared
