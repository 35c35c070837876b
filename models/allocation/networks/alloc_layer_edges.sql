-- grain: one rule set, period, layer and pair of its objects, the first of which pays the second
-- why: the matrix of the network inside a layer: towers among towers, solutions among solutions
-- reads: alloc_shares
-- conserves: below 1 in sum for each payer, by what leaves the layer

with

shares as (

    select * from {{ ref('alloc_shares') }} where {{ in_stale_periods() }}

)

select
    rule_set,
    fiscal_period,
    sender_layer as layer,
    from_id,
    to_id,
    sum(cast(units as double)) / max(cast(total_units as double)) as share
from shares
where sender_layer = to_layer and reason_code is null
group by rule_set, fiscal_period, sender_layer, from_id, to_id
