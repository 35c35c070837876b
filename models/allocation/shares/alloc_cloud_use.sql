-- grain: one fiscal period, cloud provider and combination of objects that charges name
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

solutions as (

    select object_id from {{ ref('alloc_objects') }} where layer = 'solution'

),

consumers as (

    select object_id from {{ ref('alloc_objects') }} where layer = 'consumer'

),

named_charges as (

    select
        fiscal_period,
        provider,
        billing_currency,
        application_id,
        service_id,
        consumer_id,
        sum(effective_cost) as effective_cost
    from charges
    group by all

),

-- a tag that no object bears does not keep the others of its charge from counting
known_charges as (

    select
        charges.fiscal_period,
        charges.provider,
        charges.billing_currency,
        applications.object_id as application_id,
        services.object_id as service_id,
        consumers.object_id as consumer_id,
        case
            when
                coalesce(applications.object_id, services.object_id, consumers.object_id) is null
                then coalesce(charges.application_id, charges.service_id, charges.consumer_id)
        end as unknown_id,
        charges.effective_cost
    from named_charges as charges
    left join solutions as applications on charges.application_id = applications.object_id
    left join solutions as services on charges.service_id = services.object_id
    left join consumers on charges.consumer_id = consumers.object_id

),

use as (

    select
        charges.fiscal_period,
        charges.provider,
        charges.application_id,
        charges.service_id,
        charges.consumer_id,
        charges.unknown_id,
        sum(
            cast(charges.effective_cost as decimal(22, 6))
            * cast(coalesce(average_rates.rate, 1) as decimal(16, 10))
        ) as effective_cost
    from known_charges as charges
    left join average_rates
        on
            charges.fiscal_period = average_rates.fiscal_period
            and charges.billing_currency = average_rates.currency_code
    group by all

)

select
    {{ period_number('fiscal_period') }} + row_number() over (
        partition by fiscal_period
        order by provider, application_id, service_id, consumer_id, unknown_id
    ) as use_id,
    fiscal_period,
    provider,
    application_id,
    service_id,
    consumer_id,
    unknown_id,
    cast(effective_cost as decimal(38, 12)) as effective_cost
from use
