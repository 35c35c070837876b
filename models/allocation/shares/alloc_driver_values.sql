-- grain: one driver, period of delivery, sender (* for any) and receiver
-- why: delivered and built-in drivers in one shape, so that rules need not know which is which
-- reads: drivers, service usage, consumers, employee hours, alloc_cloud_use, alloc_tagged_cost
-- conserves: the latest delivered value of a period; they replace built-in drivers by name

with

delivered_drivers as (

    select * from {{ ref('input_consumption__drivers') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

objects as (

    select distinct object_id from {{ ref('alloc_objects') }}

),

delivered_values as (

    select
        drivers.driver_id,
        coalesce(fiscal_days.fiscal_period, drivers.driver_date) as driver_period,
        coalesce(nullif(drivers.from_id, ''), '*') as from_id,
        cast(null as varchar) as to_layer,
        drivers.to_id,
        drivers.quantity,
        count(*) over (
            partition by
                drivers.driver_id, drivers.from_id, drivers.to_id,
                coalesce(fiscal_days.fiscal_period, drivers.driver_date)
        ) - 1 as replaced_values
    from delivered_drivers as drivers
    left join fiscal_days on drivers.driver_date = fiscal_days.day
    where
        {{ in_stale_periods(
            'coalesce(fiscal_days.fiscal_period, drivers.driver_date)', or_in_none=true
        ) }}
    qualify
        row_number() over (
            partition by
                drivers.driver_id, drivers.from_id, drivers.to_id,
                coalesce(fiscal_days.fiscal_period, drivers.driver_date)
            order by drivers.driver_date desc
        ) = 1

),

service_usage as (

    select
        'service_usage' as driver_id,
        fiscal_period as driver_period,
        service_id as from_id,
        case when used_by_type = 'consumer' then 'consumer' else 'solution' end as to_layer,
        used_by_id as to_id,
        sum(quantity) as quantity
    from {{ ref('fct_service_usage') }}
    where fiscal_period is not null and {{ in_stale_periods(or_in_none=true) }}
    group by all

),

headcount as (

    select
        'headcount' as driver_id,
        cast('1900-01-01' as date) as driver_period,
        '*' as from_id,
        'consumer' as to_layer,
        consumer_id as to_id,
        headcount as quantity
    from {{ ref('dim_consumers') }}
    where headcount is not null

),

timesheet_hours as (

    select
        'timesheet_hours' as driver_id,
        fiscal_period as driver_period,
        '*' as from_id,
        case when object_type = 'tower' then 'resource_tower' else 'solution' end as to_layer,
        object_id as to_id,
        sum(hours) as quantity
    from {{ ref('fct_employee_hours') }}
    where
        fiscal_period is not null
        and {{ in_stale_periods(or_in_none=true) }}
        and object_type in ('tower', 'service', 'application')
    group by all

),

cloud_effective_cost as (

    select
        'cloud_effective_cost' as driver_id,
        fiscal_period as driver_period,
        '*' as from_id,
        case
            when coalesce(application_id, service_id, unknown_id) is not null then 'solution'
            else 'consumer'
        end as to_layer,
        coalesce(application_id, service_id, consumer_id, unknown_id) as to_id,
        sum(effective_cost) as quantity
    from {{ ref('alloc_cloud_use') }}
    where
        coalesce(application_id, service_id, consumer_id, unknown_id) is not null
        and {{ in_stale_periods(or_in_none=true) }}
    group by all

),

tagged_cost as (

    select
        'tagged_cost' as driver_id,
        fiscal_period as driver_period,
        '*' as from_id,
        to_layer,
        to_id,
        amount as quantity
    from {{ ref('alloc_tagged_cost') }}
    where {{ in_stale_periods(or_in_none=true) }}

),

built_in_values as (

    select * from service_usage
    union all
    select * from headcount
    union all
    select * from timesheet_hours
    union all
    select * from cloud_effective_cost
    union all
    select * from tagged_cost

),

driver_values as (

    select
        *,
        true as is_delivered
    from delivered_values

    union all

    select
        *,
        0 as replaced_values,
        false as is_delivered
    from built_in_values
    where driver_id not in (select driver_id from delivered_drivers)

)

select
    driver_values.driver_id,
    driver_values.driver_period,
    driver_values.from_id,
    driver_values.to_layer,
    driver_values.to_id,
    cast(driver_values.quantity as decimal(38, 12)) as quantity,
    driver_values.replaced_values,
    driver_values.is_delivered,
    objects.object_id is not null as is_known_receiver
from driver_values
left join objects on driver_values.to_id = objects.object_id
