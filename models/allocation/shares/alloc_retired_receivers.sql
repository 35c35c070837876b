-- grain: one rule that leaves out retired receivers, and whether anybody is left to pay
-- why: the value of a retired receiver moves to the others, or money stops for want of them
-- reads: offers and their versions, taken offers, alloc_weights, driver values, target sets
-- conserves: every such rule of the positions that were tried, with one receiver as an example

with

tried_positions as (

    select * from {{ ref('alloc_taken_offers') }}

),

offers as (

    select
        offers.*,
        offers.position < tried_positions.fallback_position as is_passed_over
    from {{ ref('alloc_offers') }} as offers
    inner join tried_positions
        on
            offers.rule_set = tried_positions.rule_set
            and offers.fiscal_period = tried_positions.fiscal_period
            and offers.rule_id = tried_positions.rule_id
            and offers.from_id = tried_positions.from_id
            and offers.position <= tried_positions.fallback_position

),

versions as (

    select * from {{ ref('alloc_offer_versions') }}

),

driver_values as (

    select * from {{ ref('alloc_driver_values') }} where quantity > 0

),

retired_objects as (

    select * from {{ ref('alloc_objects') }} where last_day < cast('9999-12-31' as date)

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

weights as (

    select * from {{ ref('alloc_weights') }}

),

open_offers as (

    select distinct offer_id from weights where weight > 0

),

retired_receivers as (

    select
        offers.*,
        'weighs by the driver ' || offers.driver_id || ', which has a value for ' as reading,
        retired_objects.object_id,
        retired_objects.last_day,
        versions.driver_period
    from offers
    inner join versions on offers.offer_id = versions.offer_id
    inner join driver_values
        on
            versions.driver_id = driver_values.driver_id
            and versions.driver_from_id = driver_values.from_id
            and versions.driver_period = driver_values.driver_period
    inner join retired_objects
        on
            driver_values.to_id = retired_objects.object_id
            and coalesce(driver_values.to_layer, retired_objects.layer) = retired_objects.layer
            and offers.fiscal_period > retired_objects.last_day
            and (
                offers.layer_number < retired_objects.layer_number
                or offers.sender_layer = retired_objects.layer
            )
    left join target_members
        on
            offers.target_set = target_members.target_set
            and offers.target_rule_set = target_members.rule_set
            and retired_objects.layer = target_members.to_layer
            and retired_objects.object_id = target_members.to_id
    -- an open object of the same id in another layer has the value
    left join weights
        on
            offers.offer_id = weights.offer_id
            and driver_values.to_id = weights.to_id
            and driver_values.to_layer = weights.to_layer
    left join weights as weights_in_any_layer
        on
            offers.offer_id = weights_in_any_layer.offer_id
            and case when driver_values.to_layer is null then driver_values.to_id end
            = weights_in_any_layer.to_id
    where
        weights.offer_id is null
        and weights_in_any_layer.offer_id is null
        and (offers.target_set is null or target_members.to_id is not null)

    union all

    select
        offers.*,
        'sends evenly to the target set ' || offers.target_set || ', a member of which is ',
        target_members.to_id,
        target_members.last_day,
        null
    from offers
    inner join target_members
        on
            offers.target_set = target_members.target_set
            and offers.target_rule_set = target_members.rule_set
            and offers.fiscal_period > target_members.last_day
    left join open_offers on offers.offer_id = open_offers.offer_id
    where offers.method_used = 'even' and open_offers.offer_id is null

),

examples as (

    select
        retired_receivers.*,
        open_offers.offer_id is not null as others_pay,
        count(*) over (
            partition by
                retired_receivers.defined_in, retired_receivers.rule_id,
                open_offers.offer_id is not null
        ) as findings
    from retired_receivers
    left join open_offers on retired_receivers.offer_id = open_offers.offer_id
    -- what was delivered before a receiver retired is no slip while others pay
    where
        open_offers.offer_id is null
        or retired_receivers.driver_period > retired_receivers.last_day
    qualify
        row_number() over (
            partition by
                retired_receivers.defined_in, retired_receivers.rule_id,
                open_offers.offer_id is not null
            order by
                retired_receivers.fiscal_period, retired_receivers.from_id,
                retired_receivers.object_id, retired_receivers.offer_id
        ) = 1

)

select
    case when others_pay then 'retired_receiver' else 'no_open_receiver' end as fault,
    defined_in,
    rule_id,
    object_id,
    reading || object_id || ', which retired on ' || cast(last_day as varchar)
    || ' and receives nothing'
    || case when from_id = '*' then '' else ' of ' || from_id end
    || ' in the period from ' || cast(fiscal_period as varchar)
    || case
        when findings > 1 then ', one of ' || cast(findings as varchar) || ' such cases' else ''
    end
    || '; '
    || case
        when others_pay and method_used = 'capacity' and idle = 'visible'
            then 'its use counts as idle capacity'
        when others_pay and method_used = 'standard_rate' then 'its use is not charged'
        when others_pay then 'the other receivers carry its part'
        when is_passed_over then 'every receiver has retired, and the next position is tried'
        when method_used = 'capacity' and idle = 'visible'
            then 'every receiver has retired, and all of the capacity is idle'
        when method_used = 'standard_rate'
            then 'every receiver has retired, and all of the cost is a variance'
        else 'every receiver has retired, and the money stays unallocated as no_driver_data'
    end
    || ': say who receives now, or correct the date' as message
from examples
