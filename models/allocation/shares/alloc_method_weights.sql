-- grain: one offer and receiver, by whatever method but proportional
-- why: every method brings its weights into this shape; a new method is one more branch
-- reads: alloc_offers, target sets, percentages, driver, cloud, relationship weights
-- conserves: every weight, also those of zero

with

offers as (

    select * from {{ ref('alloc_offers') }} where {{ in_stale_periods() }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

percentages as (

    select * from {{ ref('input_cost_model__allocation_percentages') }}

),

driver_weights as (

    select * from {{ ref('alloc_driver_weights') }} where {{ in_stale_periods() }}

),

cloud_weights as (

    select * from {{ ref('alloc_cloud_weights') }} where {{ in_stale_periods() }}

),

relationship_weights as (

    select * from {{ ref('alloc_relationship_weights') }} where {{ in_stale_periods() }}

)

select
    offers.offer_id,
    offers.fiscal_period,
    target_members.to_layer,
    target_members.to_id,
    cast(null as varchar) as reason_code,
    cast(1 as decimal(38, 12)) as weight,
    cast(null as date) as driver_period
from offers
inner join target_members
    on
        offers.target_set = target_members.target_set
        and offers.target_rule_set = target_members.rule_set
        and offers.fiscal_period <= target_members.last_day
where offers.method_used = 'even'

union all

select
    offers.offer_id,
    offers.fiscal_period,
    case
        when percentages.to_id = 'UNALLOCATED' then {{ next_layer('offers.layer_number') }}
        else percentages.to_layer
    end,
    percentages.to_id,
    case when percentages.to_id = 'UNALLOCATED' then 'not_distributed' end,
    percentages.percentage,
    null
from offers
inner join percentages
    on offers.defined_in = percentages.rule_set and offers.rule_id = percentages.rule_id
where offers.method_used = 'fixed_percent'

union all

select
    offer_id,
    fiscal_period,
    to_layer,
    to_id,
    null,
    weight,
    driver_period
from driver_weights

union all

select
    offer_id,
    fiscal_period,
    to_layer,
    to_id,
    reason_code,
    weight,
    null
from cloud_weights

union all

select
    offer_id,
    fiscal_period,
    to_layer,
    to_id,
    null,
    weight,
    null
from relationship_weights
