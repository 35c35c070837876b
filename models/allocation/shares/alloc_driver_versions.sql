-- grain: one driver, sender (* for any) and period of delivery
-- why: a delivery counts until the next one of that sender; its period shows how old it is
-- reads: alloc_driver_deliveries
-- conserves: every delivery; the ranges of one driver and sender do not overlap

with

deliveries as (

    select * from {{ ref('alloc_driver_deliveries') }}

),

followed_deliveries as (

    select
        driver_id,
        from_id,
        driver_period,
        lead(driver_period) over (
            partition by driver_id, from_id order by driver_period
        ) as next_period
    from deliveries

)

select
    driver_id,
    from_id,
    driver_period,
    coalesce(next_period, cast('9999-12-31' as date)) as next_period
from followed_deliveries
