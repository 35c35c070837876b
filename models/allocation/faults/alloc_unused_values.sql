-- grain: one offer that was tried and receiver whose value in its driver no weight took
-- why: whom the target set leaves out, who has retired or is unknown: judged once per period
-- reads: offer versions, taken offers, alloc_driver_values, alloc_weights
-- conserves: every value above 0 of a delivery that a tried offer read and did not use

with

offer_versions as (

    select * from {{ ref('alloc_offer_versions') }} where {{ in_stale_periods() }}

),

tried_positions as (

    select * from {{ ref('alloc_taken_offers') }} where {{ in_stale_periods() }}

),

driver_values as (

    select * from {{ ref('alloc_driver_values') }} where quantity > 0

),

weights as (

    select * from {{ ref('alloc_weights') }} where {{ in_stale_periods() }}

),

open_offers as (

    select distinct offer_id from weights where weight > 0

),

versions as (

    select
        offer_versions.*,
        offer_versions.position < tried_positions.fallback_position as is_passed_over
    from offer_versions
    inner join tried_positions
        on
            offer_versions.rule_set = tried_positions.rule_set
            and offer_versions.fiscal_period = tried_positions.fiscal_period
            and offer_versions.rule_id = tried_positions.rule_id
            and offer_versions.from_id = tried_positions.from_id
    where offer_versions.position <= tried_positions.fallback_position

)

select
    versions.offer_id,
    versions.rule_set,
    versions.fiscal_period,
    versions.defined_in,
    versions.rule_id,
    versions.from_id,
    versions.is_passed_over,
    versions.method_used,
    versions.sender_layer,
    versions.layer_number,
    versions.target_set,
    versions.target_rule_set,
    versions.idle,
    versions.driver_id,
    versions.driver_period,
    driver_values.to_layer,
    driver_values.to_id,
    driver_values.quantity,
    open_offers.offer_id is not null as others_receive
from versions
inner join driver_values
    on
        versions.driver_id = driver_values.driver_id
        and versions.driver_from_id = driver_values.from_id
        and versions.driver_period = driver_values.driver_period
left join open_offers on versions.offer_id = open_offers.offer_id
-- a value without a layer is used by whichever layer has the id
left join weights
    on
        versions.offer_id = weights.offer_id
        and driver_values.to_id = weights.to_id
        and driver_values.to_layer = weights.to_layer
left join weights as weights_in_any_layer
    on
        versions.offer_id = weights_in_any_layer.offer_id
        and case when driver_values.to_layer is null then driver_values.to_id end
        = weights_in_any_layer.to_id
where weights.offer_id is null and weights_in_any_layer.offer_id is null
