-- grain: one rule set, period, layer and object whose only receiver is itself
-- why: such a rule says nothing about who pays; the build stops. A month of own use may pass
-- reads: alloc_offers, alloc_weights
-- conserves: every object that weighs nobody but itself

with

offers as (

    select * from {{ ref('alloc_offers') }}
    where
        {{ in_stale_periods() }}
        and sender_layer <> 'cost_pool'
        and method_used in ('fixed_percent', 'even')

),

weights as (

    select * from {{ ref('alloc_weights') }}
    where {{ in_stale_periods() }} and weight > 0 and not is_left_out

),

self_payers as (

    select
        offers.rule_set,
        offers.fiscal_period,
        offers.sender_layer as layer,
        offers.from_id as object_id
    from offers
    inner join weights on offers.offer_id = weights.offer_id
    group by offers.rule_set, offers.fiscal_period, offers.sender_layer, offers.from_id
    having
        max(
            case
                when weights.to_id = offers.from_id and weights.to_layer = offers.sender_layer
                    then 0
                else 1
            end
        ) = 0

)

select
    rule_set,
    fiscal_period,
    layer,
    object_id,
    'The rule of ' || object_id || ' under rule set ' || rule_set || ' in the period from '
    || cast(fiscal_period as varchar) || ' pays ' || object_id || ' only; '
    || 'say who else uses it, or remove the rule.' as message
from self_payers
