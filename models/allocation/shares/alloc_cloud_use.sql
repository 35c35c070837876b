-- grain: one fiscal period, cloud provider and object that its charges name; null for none
-- why: effective cost in the reporting currency says who uses the cloud, and for what no tag says
-- reads: fct_cloud_charges, fct_exchange_rates, alloc_objects
-- conserves: the effective cost of every charge, also under tags that no object bears

with

charges as (

    select * from {{ ref('fct_cloud_charges') }} where fiscal_period is not null

),

average_rates as (

    select * from {{ ref('fct_exchange_rates') }} where rate_type = 'average'

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

named_charges as (

    select
        fiscal_period,
        provider,
        billing_currency,
        case when coalesce(application_id, service_id) is null then 'consumer' else 'solution' end
            as to_layer,
        coalesce(application_id, service_id, consumer_id) as to_id,
        sum(effective_cost) as effective_cost
    from charges
    group by all

)

select
    named_charges.fiscal_period,
    named_charges.provider,
    named_charges.to_layer,
    named_charges.to_id,
    objects.object_id is not null as is_known_receiver,
    cast(
        sum(
            cast(named_charges.effective_cost as decimal(22, 6))
            * cast(coalesce(average_rates.rate, 1) as decimal(16, 10))
        ) as decimal(38, 12)
    ) as effective_cost
from named_charges
left join average_rates
    on
        named_charges.fiscal_period = average_rates.fiscal_period
        and named_charges.billing_currency = average_rates.currency_code
left join objects
    on named_charges.to_layer = objects.layer and named_charges.to_id = objects.object_id
group by all
