-- grain: one rule set, period, layer and object whose only receiver is itself
-- why: such a rule says nothing about who pays; the build stops and names the object
-- reads: alloc_senders, alloc_weights
-- conserves: every object that weighs nobody but itself

with

senders as (

    select distinct
        rule_set,
        fiscal_period,
        sender_layer,
        rule_id,
        from_id
    from {{ ref('alloc_senders') }}
    where sender_layer <> 'cost_pool'

),

weights as (

    select * from {{ ref('alloc_weights') }} where weight > 0

),

self_payers as (

    select
        senders.rule_set,
        senders.fiscal_period,
        senders.sender_layer as layer,
        senders.from_id as object_id
    from senders
    inner join weights
        on
            senders.rule_set = weights.rule_set
            and senders.fiscal_period = weights.fiscal_period
            and senders.rule_id = weights.rule_id
            and senders.from_id = weights.from_id
    group by senders.rule_set, senders.fiscal_period, senders.sender_layer, senders.from_id
    having
        max(
            case
                when weights.to_id = senders.from_id and weights.to_layer = senders.sender_layer
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
