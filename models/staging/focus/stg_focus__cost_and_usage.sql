-- grain: one charge of a provider's FOCUS Cost and Usage delivery, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cloud__cost_and_usage
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cloud__cost_and_usage') }}

),

typed as (

    select
        {{ as_number('billed_cost') }} as billed_cost,
        {{ as_number('effective_cost') }} as effective_cost,
        {{ as_number('list_cost') }} as list_cost,
        {{ as_number('contracted_cost') }} as contracted_cost,
        {{ as_text('billing_currency') }} as billing_currency,
        {{ as_timestamp('billing_period_start') }} as billing_period_start,
        {{ as_timestamp('billing_period_end') }} as billing_period_end,
        {{ as_timestamp('charge_period_start') }} as charge_period_start,
        {{ as_timestamp('charge_period_end') }} as charge_period_end,
        {{ as_code('charge_category', [
            'Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'
        ]) }} as charge_category,
        {{ as_text('charge_class') }} as charge_class,
        {{ as_text('charge_frequency') }} as charge_frequency,
        {{ as_text('charge_description') }} as charge_description,
        {{ as_text('provider_name') }} as provider_name,
        {{ as_text('service_provider_name') }} as service_provider_name,
        {{ as_text('publisher_name') }} as publisher_name,
        {{ as_text('invoice_issuer_name') }} as invoice_issuer_name,
        {{ as_text('invoice_id') }} as invoice_id,
        {{ as_text('billing_account_id') }} as billing_account_id,
        {{ as_text('billing_account_name') }} as billing_account_name,
        {{ as_text('sub_account_id') }} as sub_account_id,
        {{ as_text('sub_account_name') }} as sub_account_name,
        {{ as_text('service_category') }} as service_category,
        {{ as_text('service_subcategory') }} as service_subcategory,
        {{ as_text('service_name') }} as service_name,
        {{ as_text('resource_id') }} as resource_id,
        {{ as_text('resource_name') }} as resource_name,
        {{ as_text('resource_type') }} as resource_type,
        {{ as_text('region_id') }} as region_id,
        {{ as_text('region_name') }} as region_name,
        {{ as_text('sku_id') }} as sku_id,
        {{ as_text('sku_price_id') }} as sku_price_id,
        {{ as_text('pricing_category') }} as pricing_category,
        {{ as_number('pricing_quantity') }} as pricing_quantity,
        {{ as_text('pricing_unit') }} as pricing_unit,
        {{ as_number('consumed_quantity') }} as consumed_quantity,
        {{ as_text('consumed_unit') }} as consumed_unit,
        {{ as_text('commitment_discount_id') }} as commitment_discount_id,
        {{ as_text('commitment_discount_status') }} as commitment_discount_status,
        {{ as_text('commitment_discount_type') }} as commitment_discount_type,
        {{ as_text('tags') }} as tags,
        {{ as_text('x_delivery_id') }} as x_delivery_id,
        file_name,
        line_number,
        {{ delivered_texts([
            'billing_period_start', 'billing_period_end', 'charge_period_start',
            'charge_period_end', 'billed_cost', 'effective_cost', 'list_cost',
            'contracted_cost', 'pricing_quantity', 'consumed_quantity',
        ]) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=[
                'billed_cost', 'billing_currency', 'billing_period_start',
                'charge_period_start'
            ],
            timestamps=[
                'billing_period_start', 'billing_period_end',
                'charge_period_start', 'charge_period_end'
            ],
            numbers=[
                'billed_cost', 'effective_cost', 'list_cost',
                'contracted_cost', 'pricing_quantity', 'consumed_quantity'
            ],
            codes={
                'charge_category': ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'],
            },
        ) }} as row_fault
    from typed

),

settings as (

    select * from {{ ref('stg_files__settings') }}

),

latest_deliveries as (

    -- an export sends a month again and again; the last delivery replaces the ones before it
    select
        coalesce(service_provider_name, provider_name, invoice_issuer_name, '') as provider,
        lower(coalesce(billing_account_id, '')) as account,
        billing_period_start,
        max(x_delivery_id) as x_delivery_id
    from checked
    where row_fault is null
    group by all

),

judged as (

    select
        checked.*,
        case
            when checked.row_fault is not null then checked.row_fault
            when
                settings.cloud_deliveries = 'replace'
                and coalesce(checked.x_delivery_id, '') < latest_deliveries.x_delivery_id
                then 'superseded_delivery'
        end as reject_reason
    from checked
    cross join settings
    left join latest_deliveries
        on
            coalesce(
                checked.service_provider_name,
                checked.provider_name,
                checked.invoice_issuer_name,
                ''
            )
            = latest_deliveries.provider
            and lower(coalesce(checked.billing_account_id, '')) = latest_deliveries.account
            and checked.billing_period_start = latest_deliveries.billing_period_start

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
    line_number,
    reject_reason
from judged
