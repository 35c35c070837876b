-- grain: one rule set, fiscal period, sending object and kind of money that a rule takes
-- why: which rule takes the money of a tower, service or application in each period
-- reads: alloc_object_candidates, alloc_classified_buckets, alloc_rules, dim_fiscal_periods
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

),

kinds_of_money as (

    select distinct
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type
    from {{ ref('alloc_classified_buckets') }}
    where {{ in_stale_periods() }} and reason_code is null

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
left join kinds_of_money
    on
        candidates.rule_set = kinds_of_money.rule_set
        and candidates.cost_pool = kinds_of_money.cost_pool
        and candidates.cost_sub_pool = kinds_of_money.cost_sub_pool
        and candidates.expense_type = kinds_of_money.expense_type
        and fiscal_periods.fiscal_period = kinds_of_money.fiscal_period
where candidates.sender_layer = 'solution' or kinds_of_money.rule_set is not null
qualify
    row_number() over (
        partition by
            candidates.rule_set, fiscal_periods.fiscal_period, candidates.sender_layer,
            candidates.from_id, candidates.cost_pool, candidates.cost_sub_pool,
            candidates.expense_type
        order by candidates.sequence, candidates.rule_id
    ) = 1
