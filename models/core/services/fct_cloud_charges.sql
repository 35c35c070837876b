-- grain: one cloud charge of the latest delivery
-- why: the bill of the providers, with the tags that say whom it is for
-- reads: input_cloud__cost_and_usage, dim_fiscal_days
-- conserves: billed and effective cost of every charge of the input layer

with

charges as (

    select * from {{ ref('input_cloud__cost_and_usage') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

)

select
    fiscal_days.fiscal_period,
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
from charges
left join fiscal_days on cast(charges.billing_period_start as date) = fiscal_days.day
