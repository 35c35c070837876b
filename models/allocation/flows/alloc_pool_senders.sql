-- grain: one scenario, rule set, period, kind of money, debit or credit, and rule or tag
-- why: buckets that one rule sends alike move together: a flow is rounded once
-- reads: alloc_classified_buckets, alloc_pool_rules, alloc_standard_charges, alloc_path_entries
-- conserves: the amount of every bucket

with

classified_buckets as (

    select * from {{ ref('alloc_classified_buckets') }} where {{ in_stale_periods() }}

),

pool_rules as (

    select * from {{ ref('alloc_pool_rules') }} where {{ in_stale_periods() }}

),

charges as (

    select
        *,
        'amount' as measure
    from {{ ref('alloc_standard_charges') }}
    where {{ in_stale_periods() }}

),

paths as (

    select distinct
        path_id,
        rule_set,
        fiscal_period,
        rule_id,
        from_id
    from {{ ref('alloc_path_entries') }}
    where {{ in_stale_periods() }} and sender_layer = 'cost_pool'

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
    {{ period_number('senders.fiscal_period') }} + row_number() over (
        partition by senders.fiscal_period
        order by
            senders.scenario, senders.rule_set, senders.measure, senders.cost_pool,
            senders.cost_sub_pool, senders.expense_type, senders.is_credit, senders.rule_id,
            senders.tag_layer, senders.tag_id, senders.reason_code
    ) as sender_id,
    senders.scenario,
    senders.rule_set,
    senders.fiscal_period,
    senders.measure,
    senders.cost_pool,
    senders.cost_sub_pool,
    senders.expense_type,
    senders.is_credit,
    senders.rule_id,
    senders.method,
    senders.tag_layer,
    senders.tag_id,
    senders.reason_code,
    paths.path_id,
    senders.amount_minor,
    {{ rated_part('charges.charged_minor') }} as charged_part,
    {{ rated_part('charges.budgeted_minor') }} as budgeted_part
from senders
left join charges
    on
        senders.measure = charges.measure
        and senders.rule_set = charges.rule_set
        and senders.fiscal_period = charges.fiscal_period
        and senders.rule_id = charges.rule_id
left join paths
    on
        senders.rule_set = paths.rule_set
        and senders.fiscal_period = paths.fiscal_period
        and case when senders.reason_code is null then senders.rule_id end = paths.rule_id
        and coalesce(senders.tag_id, '*') = paths.from_id
window
    rated_cost as (
        partition by
            senders.scenario, senders.rule_set, senders.fiscal_period, senders.measure,
            senders.rule_id
    )
