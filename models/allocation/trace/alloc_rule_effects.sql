-- grain: one scenario, rule set, period, layer and object whose cost other rules changed
-- why: what of a service's change since last period comes from rules before it
-- reads: alloc_period_moves
-- conserves: nothing: effects of rules are parts of the changes of objects

with

moves as (

    select * from {{ ref('alloc_period_moves') }} where {{ in_stale_periods() }}

),

on_towers as (

    select
        scenario,
        rule_set,
        fiscal_period,
        'resource_tower' as layer,
        to_id as object_id,
        cast(sum(share_parts) as bigint) as parts
    from moves
    where from_layer = 'cost_pool' and to_layer = 'resource_tower' and moved_by = 'rules'
    group by scenario, rule_set, fiscal_period, to_id

),

on_services as (

    select
        moves.scenario,
        moves.rule_set,
        moves.fiscal_period,
        'solution' as layer,
        moves.to_id as object_id,
        case when moves.moved_by = 'rules' then moves.share_parts else 0 end
        + {{ whole_parts('moves.mean_share * coalesce(on_towers.parts, 0)') }} as parts
    from moves
    left join on_towers
        on
            moves.from_layer = on_towers.layer
            and moves.from_id = on_towers.object_id
            and moves.scenario = on_towers.scenario
            and moves.rule_set = on_towers.rule_set
            and moves.fiscal_period = on_towers.fiscal_period
    where moves.to_layer = 'solution' and moves.from_layer <> 'solution'

)

select
    scenario,
    rule_set,
    fiscal_period,
    layer,
    object_id,
    parts
from on_towers
where parts <> 0

union all

select
    scenario,
    rule_set,
    fiscal_period,
    layer,
    object_id,
    cast(sum(parts) as bigint) as parts
from on_services
group by scenario, rule_set, fiscal_period, layer, object_id
having sum(parts) <> 0
