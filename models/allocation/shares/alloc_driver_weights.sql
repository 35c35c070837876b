-- grain: one offer by a driver and receiver
-- why: the values of the delivery that counts, for receivers that are open and in the target set
-- reads: alloc_offer_versions, alloc_driver_values, objects, target sets
-- conserves: every value of a receiver that the rule may send to

with

chosen_versions as (

    select * from {{ ref('alloc_offer_versions') }} where {{ in_stale_periods() }}

),

driver_values as (

    select * from {{ ref('alloc_driver_values') }}

),

objects as (

    select
        *,
        count(*) over (partition by object_id) as layers
    from {{ ref('alloc_objects') }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

receivers as (

    select
        chosen_versions.offer_id,
        chosen_versions.fiscal_period,
        objects.layer as to_layer,
        objects.object_id as to_id,
        driver_values.quantity as weight,
        case
            when chosen_versions.driver_period = cast('1900-01-01' as date)
                then chosen_versions.fiscal_period
            else chosen_versions.driver_period
        end as driver_period,
        coalesce(driver_values.to_layer, '') as delivered_layer,
        objects.layers,
        objects.layer_number,
        objects.layer = chosen_versions.sender_layer as is_own_layer
    from chosen_versions
    inner join driver_values
        on
            chosen_versions.driver_id = driver_values.driver_id
            and chosen_versions.driver_from_id = driver_values.from_id
            and chosen_versions.driver_period = driver_values.driver_period
    inner join objects
        on
            driver_values.to_id = objects.object_id
            and coalesce(driver_values.to_layer, objects.layer) = objects.layer
            and chosen_versions.fiscal_period <= objects.last_day
    left join target_members
        on
            chosen_versions.target_set = target_members.target_set
            and chosen_versions.target_rule_set = target_members.rule_set
            and objects.layer = target_members.to_layer
            and objects.object_id = target_members.to_id
    where
        (chosen_versions.target_set is null or target_members.to_id is not null)
        and (
            objects.layer_number > chosen_versions.layer_number
            or objects.layer = chosen_versions.sender_layer
        )

),

-- an id of several layers receives in one of them: the nearest later one, else the sender's own
nearest_receivers as (

    select *
    from receivers
    where layers > 1
    qualify
        row_number() over (
            partition by offer_id, to_id, delivered_layer order by is_own_layer, layer_number
        ) = 1

)

select
    offer_id,
    fiscal_period,
    to_layer,
    to_id,
    weight,
    driver_period
from receivers
where layers = 1

union all

select
    offer_id,
    fiscal_period,
    to_layer,
    to_id,
    weight,
    driver_period
from nearest_receivers
