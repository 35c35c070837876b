-- grain: one scenario, rule set, period, kind of money, sign, tower, entry and place of rest
-- why: the third step: through the network of services, with cost pool and tower kept
-- reads: alloc_solution_sources, alloc_solution_shares
-- conserves: the amount of every source

with

sources as (

    select * from {{ ref('alloc_solution_sources') }}

),

shares as (

    select * from {{ ref('alloc_solution_shares') }}

),

flows as (

    select
        sources.scenario,
        sources.rule_set,
        sources.fiscal_period,
        sources.cost_pool,
        sources.cost_sub_pool,
        sources.expense_type,
        sources.is_credit,
        sources.tower_id,
        sources.entry_id,
        coalesce(shares.service_id, sources.entry_id) as service_id,
        {{ split_minor_units(
            'sources.amount_minor', 'coalesce(shares.c0, 0)', 'coalesce(shares.c1, 1)'
        ) }} as amount_minor
    from sources
    left join shares
        on
            sources.rule_set = shares.rule_set
            and sources.fiscal_period = shares.fiscal_period
            and sources.entry_id = shares.entry_id

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
    entry_id,
    service_id,
    amount_minor
from flows
where amount_minor <> 0
