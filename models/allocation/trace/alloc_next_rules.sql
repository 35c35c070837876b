-- grain: one rule set, period, thing that rules may take and rule whose filters match it
-- why: what would take a sender if its rule were gone: the next candidate by sequence
-- reads: candidates of three kinds, alloc_rules, dim_fiscal_periods
-- conserves: every candidate in every period in which it is valid

{{ config(materialized='view') }}

with

fiscal_periods as (

    select fiscal_period from {{ ref('dim_fiscal_periods') }}

),

rules as (

    select * from {{ ref('alloc_rules') }}

),

candidates as (

    select
        rule_set,
        'classification' as rule_layer,
        profile_id,
        '' as from_id,
        '' as cost_pool,
        '' as cost_sub_pool,
        '' as expense_type,
        rule_id,
        sequence,
        valid_from,
        valid_to,
        false as lacks_tag
    from {{ ref('alloc_classification_candidates') }}

    union all

    select
        candidates.rule_set,
        'cost_pool' as rule_layer,
        candidates.profile_id,
        '' as from_id,
        candidates.cost_pool,
        candidates.cost_sub_pool,
        candidates.expense_type,
        candidates.rule_id,
        candidates.sequence,
        candidates.valid_from,
        candidates.valid_to,
        candidates.lacks_tag
    from {{ ref('alloc_pool_candidates') }} as candidates
    inner join rules
        on candidates.rule_set = rules.rule_set and candidates.rule_id = rules.rule_id

    union all

    select
        candidates.rule_set,
        candidates.sender_layer as rule_layer,
        0 as profile_id,
        candidates.from_id,
        candidates.cost_pool,
        candidates.cost_sub_pool,
        candidates.expense_type,
        candidates.rule_id,
        candidates.sequence,
        candidates.valid_from,
        candidates.valid_to,
        false as lacks_tag
    from {{ ref('alloc_object_candidates') }} as candidates
    inner join rules
        on candidates.rule_set = rules.rule_set and candidates.rule_id = rules.rule_id

),

followed_candidates as (

    select
        candidates.*,
        fiscal_periods.fiscal_period,
        lead(candidates.rule_id) over (
            partition by
                candidates.rule_set, candidates.rule_layer, candidates.profile_id,
                candidates.from_id, candidates.cost_pool, candidates.cost_sub_pool,
                candidates.expense_type, fiscal_periods.fiscal_period
            order by candidates.lacks_tag, candidates.sequence, candidates.rule_id
        ) as following_rule_id,
        lead(candidates.lacks_tag) over (
            partition by
                candidates.rule_set, candidates.rule_layer, candidates.profile_id,
                candidates.from_id, candidates.cost_pool, candidates.cost_sub_pool,
                candidates.expense_type, fiscal_periods.fiscal_period
            order by candidates.lacks_tag, candidates.sequence, candidates.rule_id
        ) as following_lacks_tag
    from candidates
    inner join fiscal_periods
        on fiscal_periods.fiscal_period between candidates.valid_from and candidates.valid_to

)

select
    rule_set,
    fiscal_period,
    rule_layer,
    profile_id,
    from_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
    rule_id,
    case when not coalesce(following_lacks_tag, false) then following_rule_id end as next_rule_id
from followed_candidates
