-- grain: one cloud charge of the latest delivery
-- why: the bill of the providers, with the tags that say whom it is for
-- reads: input_cloud__cost_and_usage, dim_fiscal_days
-- conserves: billed and effective cost of every charge of the input layer

with

charges as (

    select
        *,
        cast(billing_period_start as date) as bill_start,
        {{ day_count(
            'cast(billing_period_start as date)',
            "coalesce(cast(billing_period_end as date), date '9999-12-31')"
        ) }} as bill_days
    from {{ ref('input_cloud__cost_and_usage') }}

),

-- a bill counts where its middle lies: in a calendar of weeks, two months can start in one period
placed_charges as (

    select
        *,
        {{ add_days('bill_start', 'greatest(0, least(14, floor(bill_days / 2)))') }} as bill_middle
    from charges

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

)

select
    coalesce(fiscal_days.fiscal_period, first_days.fiscal_period) as fiscal_period,
    coalesce(
        charges.service_provider_name, charges.provider_name, charges.invoice_issuer_name, 'UNKNOWN'
    ) as provider,
    charges.billing_account_id,
    charges.sub_account_id,
    charges.service_category,
    charges.service_name,
    charges.charge_category,
    charges.charge_class,
    charges.charge_description,
    charges.billing_period_start,
    charges.charge_period_start,
    charges.resource_id,
    charges.region_id,
    charges.commitment_discount_status,
    charges.tags,
    {{ json_text('charges.tags', 'application') }} as application_id,
    {{ json_text('charges.tags', 'service') }} as service_id,
    {{ json_text('charges.tags', 'business_unit') }} as consumer_id,
    charges.billed_cost,
    coalesce(charges.effective_cost, charges.billed_cost) as effective_cost,
    charges.list_cost,
    charges.billing_currency,
    charges.consumed_quantity,
    charges.consumed_unit,
    charges.file_name,
    charges.line_number
from placed_charges as charges
left join fiscal_days on charges.bill_middle = fiscal_days.day
left join fiscal_days as first_days on charges.bill_start = first_days.day
