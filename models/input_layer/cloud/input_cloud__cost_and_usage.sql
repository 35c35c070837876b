-- grain: one charge of a provider's FOCUS Cost and Usage delivery
-- why: the contract for cloud.cost_and_usage: rows that can be used, from whatever system
-- reads: stg_focus__cost_and_usage
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_focus__cost_and_usage') }}

)

select
    billed_cost,
    effective_cost,
    list_cost,
    contracted_cost,
    billing_currency,
    billing_period_start,
    billing_period_end,
    charge_period_start,
    charge_period_end,
    charge_category,
    charge_class,
    charge_frequency,
    charge_description,
    provider_name,
    service_provider_name,
    publisher_name,
    invoice_issuer_name,
    invoice_id,
    billing_account_id,
    billing_account_name,
    sub_account_id,
    sub_account_name,
    service_category,
    service_subcategory,
    service_name,
    resource_id,
    resource_name,
    resource_type,
    region_id,
    region_name,
    sku_id,
    sku_price_id,
    pricing_category,
    pricing_quantity,
    pricing_unit,
    consumed_quantity,
    consumed_unit,
    commitment_discount_id,
    commitment_discount_status,
    commitment_discount_type,
    tags,
    x_delivery_id,
    file_name,
    line_number
from staged
where reject_reason is null
