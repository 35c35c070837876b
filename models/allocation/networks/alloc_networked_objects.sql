-- grain: one rule set, fiscal period, layer and object that pays or receives within its layer
-- why: only these have gross figures that differ from net ones; numbers for the walk through them
-- reads: alloc_layer_edges
-- conserves: both ends of every edge

with

ends as (

    select
        rule_set,
        fiscal_period,
        layer,
        from_id as object_id,
        true as pays,
        false as receives
    from {{ ref('alloc_layer_edges') }}
    where {{ in_stale_periods() }}

    union all

    select
        rule_set,
        fiscal_period,
        layer,
        to_id as object_id,
        false as pays,
        true as receives
    from {{ ref('alloc_layer_edges') }}
    where {{ in_stale_periods() }}

)

select
    {{ period_number('fiscal_period') }} + row_number() over (
        partition by fiscal_period order by rule_set, layer, object_id
    ) as place_id,
    rule_set,
    fiscal_period,
    layer,
    object_id,
    bool_or(pays) as pays,
    bool_or(receives) as receives
from ends
group by rule_set, fiscal_period, layer, object_id
