-- grain: one driver, sender (* for any) and period of delivery
-- why: what is odd in the values of a month is seen once, when the month comes
-- reads: alloc_driver_values, alloc_objects
-- conserves: every delivery that has values, and their count

with

driver_values as (

    select * from {{ ref('alloc_driver_values') }}
    where {{ in_stale_periods('driver_period', or_in_none=true) }}

),

objects as (

    select
        object_id,
        bool_or(layer = 'resource_tower') as is_tower,
        bool_or(layer = 'solution') as is_solution
    from {{ ref('alloc_objects') }}
    group by object_id

)

select
    driver_values.driver_id,
    driver_values.from_id,
    driver_values.driver_period,
    bool_or(driver_values.is_delivered) as is_delivered,
    count(*) as value_count,
    count(case when driver_values.is_known_receiver then 1 end) as known_receivers,
    cast(sum(driver_values.replaced_values) as bigint) as replaced_values,
    min(case when driver_values.quantity < 0 then driver_values.to_id end) as negative_receiver,
    min(case when driver_values.quantity >= 1000000000000000 then driver_values.to_id end)
        as heavy_receiver,
    min(case when driver_values.replaced_values > 0 then driver_values.to_id end)
        as replaced_receiver,
    coalesce(
        bool_or(
            objects.is_tower
            and coalesce(driver_values.to_layer, 'resource_tower') = 'resource_tower'
        ), false
    ) as reaches_towers,
    coalesce(
        bool_or(
            objects.is_solution and coalesce(driver_values.to_layer, 'solution') = 'solution'
        ), false
    ) as reaches_solutions
from driver_values
left join objects on driver_values.to_id = objects.object_id
group by driver_values.driver_id, driver_values.from_id, driver_values.driver_period
