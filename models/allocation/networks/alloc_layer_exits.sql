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

)

-- a tower of two rules has two shares here; alloc_network_faults stops the build then
select
    shares.rule_set,
    shares.fiscal_period,
    shares.sender_layer as layer,
    shares.from_id as object_id,
    min({{ share_of('shares.leaving_units', 'shares.total_units') }}) as exit_share
from shares
inner join payers
    on
        shares.rule_set = payers.rule_set
        and shares.fiscal_period = payers.fiscal_period
        and shares.sender_layer = payers.layer
        and shares.from_id = payers.from_id
group by shares.rule_set, shares.fiscal_period, shares.sender_layer, shares.from_id
