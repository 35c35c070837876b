-- grain: one proposed rule set, scenario, period, side, rule, kind of money and place
-- why: what moves on leaving the cost pools: by other shares, and by other prices
-- reads: alloc_moved_from_pools, alloc_rate_moves
-- conserves: every move of both once

with

moves as (

    select * from {{ ref('alloc_moved_from_pools') }}

    union all

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        is_after,
        step,
        moved_by,
        cost_pool,
        cost_sub_pool,
        expense_type,
        to_layer,
        to_id,
        parts
    from {{ ref('alloc_rate_moves') }}
    where sender_layer = 'cost_pool'

)

select
    rule_set,
    based_on,
    scenario,
    fiscal_period,
    is_after,
    step,
    moved_by,
    cost_pool,
    cost_sub_pool,
    expense_type,
    to_layer,
    to_id,
    cast(sum(parts) as bigint) as parts
from moves
group by all
