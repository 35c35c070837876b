-- grain: one scenario, rule set, period, kind of money, debit or credit, tower and entry
-- why: what enters the solution layer, from towers and past them, in one shape
-- reads: alloc_pool_flows, alloc_tower_flows
-- conserves: everything sent to the solution layer

with

flows as (

    select
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        'DIRECT' as tower_id,
        to_id,
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where to_layer = 'solution' and to_id <> 'UNALLOCATED'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        from_id,
        to_id,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where to_layer = 'solution' and to_id <> 'UNALLOCATED'

)

select
    scenario,
    rule_set,
    fiscal_period,
    cost_pool,
    cost_sub_pool,
    expense_type,
    is_credit,
    tower_id,
    to_id as entry_id,
    cast(sum(amount_minor) as bigint) as amount_minor
from flows
group by all
