-- grain: one rule by fixed percentages and object to which it gives a part of its own cost
-- why: what an object gives itself comes back and is shared by the others: nothing is kept
-- reads: alloc_offers, alloc_weights
-- conserves: every such object; one that pays nobody else stops the build elsewhere

with

offers as (

    select * from {{ ref('alloc_offers') }} where method_used = 'fixed_percent'

),

weights as (

    select * from {{ ref('alloc_weights') }}

),

own_weights as (

    select
        offers.defined_in,
        offers.rule_id,
        offers.from_id,
        max(weights.weight) as percentage
    from offers
    inner join weights on offers.offer_id = weights.offer_id
    where weights.is_itself and weights.weight > 0
    group by offers.defined_in, offers.rule_id, offers.from_id

)

select
    'pays_itself' as fault,
    defined_in,
    rule_id,
    from_id as object_id,
    'gives ' || from_id || ' ' || rtrim(rtrim(cast(percentage as varchar), '0'), '.')
    || ' percent of its own cost, which comes back and is shared by its other receivers in their '
    || 'proportions; leave it out, or name UNALLOCATED to keep a part back' as message
from own_weights
