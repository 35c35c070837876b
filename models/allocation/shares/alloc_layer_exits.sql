-- grain: one rule set, fiscal period, layer and object that pays others of its layer
-- why: the part of what stands on the object that rests there, to leave the layer
-- reads: alloc_shares, alloc_layer_edges
-- conserves: with the edges of the object, 1; an object without edges keeps all and is not listed

with

shares as (

    select * from {{ ref('alloc_shares') }} where {{ in_stale_periods() }}

),

payers as (

    select distinct
        rule_set,
        fiscal_period,
        layer,
        from_id
    from {{ ref('alloc_layer_edges') }}
    where {{ in_stale_periods() }}

),

parts as (

    select
        shares.rule_set,
        shares.fiscal_period,
        shares.sender_layer,
        shares.from_id,
        sum(
            case
                when shares.to_layer = shares.sender_layer and shares.reason_code is null then 0
                else shares.units
            end
        ) as leaving_units,
        max(shares.total_units) as total_units
    from shares
    inner join payers
        on
            shares.rule_set = payers.rule_set
            and shares.fiscal_period = payers.fiscal_period
            and shares.sender_layer = payers.layer
            and shares.from_id = payers.from_id
    group by shares.rule_set, shares.fiscal_period, shares.sender_layer, shares.from_id

)

select
    rule_set,
    fiscal_period,
    sender_layer as layer,
    from_id as object_id,
    cast(leaving_units as double) / cast(total_units as double) as exit_share
from parts
