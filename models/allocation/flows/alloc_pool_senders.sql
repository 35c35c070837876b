-- grain: one scenario, rule set, period, kind of money, debit or credit, and rule or tag
-- why: buckets that one rule sends alike move together: a flow is rounded once
-- reads: alloc_classified_buckets, alloc_pool_rules
-- conserves: the amount of every bucket

with

classified_buckets as (

    select * from {{ ref('alloc_classified_buckets') }}

),

pool_rules as (

    select * from {{ ref('alloc_pool_rules') }}

),

senders as (

    select
        buckets.scenario,
        buckets.rule_set,
        buckets.fiscal_period,
        buckets.measure,
        buckets.cost_pool,
        buckets.cost_sub_pool,
        buckets.expense_type,
        buckets.is_credit,
        pool_rules.rule_id,
        pool_rules.method,
        pool_rules.tag_layer,
        pool_rules.tag_id,
        pool_rules.reason_code,
        cast(sum(buckets.amount_minor) as bigint) as amount_minor
    from classified_buckets as buckets
    left join pool_rules
        on buckets.rule_set = pool_rules.rule_set and buckets.bucket_id = pool_rules.bucket_id
    group by all

)

select
    {{ period_number('fiscal_period') }} + row_number() over (
        partition by fiscal_period
        order by
            scenario, rule_set, measure, cost_pool, cost_sub_pool, expense_type, is_credit,
            rule_id, tag_layer, tag_id, reason_code
    ) as sender_id,
    scenario,
    rule_set,
    fiscal_period,
    measure,
    cost_pool,
    cost_sub_pool,
    expense_type,
    is_credit,
    rule_id,
    method,
    tag_layer,
    tag_id,
    reason_code,
    amount_minor
from senders
