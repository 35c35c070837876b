-- grain: one rule set, scenario, period, rule, sender and rule that would take it otherwise
-- why: what a rule takes, and who would take it if the rule were gone
-- reads: alloc_rule_takings, alloc_next_rules
-- conserves: the money of each layer that a rule takes

{{ config(materialized='view') }}

with

-- rules see the pool of money between its classification and the services
takings as (

    select
        *,
        rule_layer in ('cost_pool', 'resource_tower') as is_pooled,
        case when is_pooled then cost_pool else '' end as known_cost_pool,
        case when is_pooled then cost_sub_pool else '' end as known_cost_sub_pool,
        case when is_pooled then expense_type else '' end as known_expense_type
    from {{ ref('alloc_rule_takings') }}

),

next_rules as (

    select * from {{ ref('alloc_next_rules') }}

),

takings_with_next_rules as (

    select
        takings.*,
        next_rules.next_rule_id
    from takings
    left join next_rules
        on
            takings.rule_set = next_rules.rule_set
            and takings.fiscal_period = next_rules.fiscal_period
            and takings.rule_layer = next_rules.rule_layer
            and takings.rule_id = next_rules.rule_id
            and takings.profile_id = next_rules.profile_id
            and takings.from_id = next_rules.from_id
            and takings.known_cost_pool = next_rules.cost_pool
            and takings.known_cost_sub_pool = next_rules.cost_sub_pool
            and takings.known_expense_type = next_rules.expense_type

)

select
    rule_set,
    scenario,
    fiscal_period,
    rule_layer,
    rule_id,
    nullif(from_id, '') as from_id,
    nullif(cost_pool, '') as cost_pool,
    nullif(cost_sub_pool, '') as cost_sub_pool,
    nullif(expense_type, '') as expense_type,
    account_id,
    cost_center_id,
    vendor,
    reason_code,
    next_rule_id,
    {{ from_minor('sum(amount_minor)') }} as amount,
    {{ from_minor('sum(handed_on_minor)') }} as handed_on_amount,
    cast(sum(line_count) as bigint) as line_count
from takings_with_next_rules
group by all
