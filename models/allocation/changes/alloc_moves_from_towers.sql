-- grain: one proposed rule set, scenario, period, side, rule and place
-- why: what moves before the services: past the towers, on leaving them, and by other prices
-- reads: alloc_moves_from_pools, alloc_moved_from_towers, alloc_rate_moves
-- conserves: every move once, but for those to towers, which alloc_moved_from_towers carries on

with

moves as (

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        is_after,
        step,
        moved_by,
        to_layer,
        to_id,
        parts
    from {{ ref('alloc_moves_from_pools') }}
    where to_layer <> 'resource_tower'

    union all

    select * from {{ ref('alloc_moved_from_towers') }}

    union all

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        is_after,
        step,
        moved_by,
        to_layer,
        to_id,
        parts
    from {{ ref('alloc_rate_moves') }}
    where sender_layer = 'resource_tower'

)

select
    rule_set,
    based_on,
    scenario,
    fiscal_period,
    is_after,
    step,
    moved_by,
    to_layer,
    to_id,
    cast(sum(parts) as bigint) as parts
from moves
group by all
