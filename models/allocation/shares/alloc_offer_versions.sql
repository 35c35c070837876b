-- grain: one offer by a driver of which a delivery holds in its period
-- why: which delivery counts for the sender: its own before those for any sender
-- reads: alloc_offers, alloc_driver_versions
-- conserves: every such offer once; an offer without a delivery is not listed

with

offers as (

    select * from {{ ref('alloc_offers') }}
    where
        {{ in_stale_periods() }}
        and method_used in ('driver', 'capacity', 'dual_rate', 'standard_rate')

),

driver_versions as (

    select * from {{ ref('alloc_driver_versions') }}

),

offered_versions as (

    select
        offers.*,
        versions.from_id as driver_from_id,
        versions.driver_period
    from offers
    inner join driver_versions as versions
        on offers.driver_id = versions.driver_id and offers.from_id = versions.from_id
    where
        offers.fiscal_period >= versions.driver_period
        and offers.fiscal_period < versions.next_period
        and (
            offers.carries_forward
            or versions.driver_period in (offers.fiscal_period, cast('1900-01-01' as date))
        )

    union all

    select
        offers.*,
        versions.from_id,
        versions.driver_period
    from offers
    inner join driver_versions as versions
        on offers.driver_id = versions.driver_id and versions.from_id = '*'
    where
        offers.from_id <> '*'
        and offers.fiscal_period >= versions.driver_period
        and offers.fiscal_period < versions.next_period
        and (
            offers.carries_forward
            or versions.driver_period in (offers.fiscal_period, cast('1900-01-01' as date))
        )

)

select
    offer_id,
    rule_set,
    fiscal_period,
    defined_in,
    rule_id,
    from_id,
    position,
    method_used,
    sender_layer,
    layer_number,
    target_set,
    target_rule_set,
    idle,
    driver_id,
    driver_from_id,
    driver_period
from offered_versions
qualify
    row_number() over (
        partition by offer_id
        order by driver_from_id = '*'
    ) = 1
