-- grain: one rule set, fiscal period, sending object and kind of money that a rule takes
-- why: which rule takes the money of a tower, service or application in each period
-- reads: alloc_object_candidates, alloc_rules, dim_fiscal_periods
-- conserves: one rule per sender at most; senders without one are met by left joins

with

candidates as (

    select * from {{ ref('alloc_object_candidates') }}

),

rules as (

    select * from {{ ref('alloc_rules') }}

),

fiscal_periods as (

    select fiscal_period from {{ ref('dim_fiscal_periods') }}
    where {{ in_stale_periods() }}

)

select
    candidates.rule_set,
    fiscal_periods.fiscal_period,
    candidates.sender_layer,
    candidates.from_id,
    candidates.cost_pool,
    candidates.cost_sub_pool,
    candidates.expense_type,
    rules.rule_id,
    rules.method
from candidates
inner join rules on candidates.rule_set = rules.rule_set and candidates.rule_id = rules.rule_id
inner join fiscal_periods
    on fiscal_periods.fiscal_period between candidates.valid_from and candidates.valid_to
qualify
    row_number() over (
        partition by
            candidates.rule_set, fiscal_periods.fiscal_period, candidates.sender_layer,
            candidates.from_id, candidates.cost_pool, candidates.cost_sub_pool,
            candidates.expense_type
        order by candidates.sequence, candidates.rule_id
    ) = 1
