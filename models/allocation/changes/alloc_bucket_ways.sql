-- grain: one proposed rule set, scenario, period, and way out of the ledger before and after
-- why: buckets that both rule sets tag and send alike are compared together
-- reads: alloc_rule_set_pairs, alloc_classified_buckets, alloc_pool_rules
-- conserves: the amount of every bucket once per proposed rule set, in thousandths of a hundredth

with

pairs as (

    select * from {{ ref('alloc_rule_set_pairs') }}

),

compared_rule_sets as (

    select rule_set from pairs
    union
    select based_on from pairs

),

buckets as (

    select * from {{ ref('alloc_classified_buckets') }}
    where measure = 'amount' and rule_set in (select rule_set from compared_rule_sets)

),

pool_rules as (

    select * from {{ ref('alloc_pool_rules') }}
    where rule_set in (select rule_set from compared_rule_sets)

),

ruled_buckets as (

    select
        buckets.rule_set,
        buckets.bucket_id,
        buckets.scenario,
        buckets.fiscal_period,
        buckets.cost_pool,
        buckets.cost_sub_pool,
        buckets.expense_type,
        buckets.classification_rule_id,
        buckets.amount_minor,
        coalesce(pool_rules.rule_id, '') as rule_id,
        coalesce(pool_rules.reason_code, pool_rules.tag_id, '*') as from_id
    from buckets
    left join pool_rules
        on buckets.rule_set = pool_rules.rule_set and buckets.bucket_id = pool_rules.bucket_id

)

select
    pairs.rule_set,
    pairs.based_on,
    ruled_after.scenario,
    ruled_after.fiscal_period,
    case
        when
            ruled_before.cost_pool <> ruled_after.cost_pool
            or ruled_before.cost_sub_pool <> ruled_after.cost_sub_pool
            or ruled_before.expense_type <> ruled_after.expense_type
            then coalesce(ruled_before.classification_rule_id, '')
    end as before_class_rule_id,
    case
        when before_class_rule_id is not null
            then coalesce(ruled_after.classification_rule_id, '')
    end as after_class_rule_id,
    ruled_before.cost_pool as before_cost_pool,
    ruled_before.cost_sub_pool as before_cost_sub_pool,
    ruled_before.expense_type as before_expense_type,
    ruled_before.rule_id as before_rule_id,
    ruled_before.from_id as before_from_id,
    ruled_after.cost_pool as after_cost_pool,
    ruled_after.cost_sub_pool as after_cost_sub_pool,
    ruled_after.expense_type as after_expense_type,
    ruled_after.rule_id as after_rule_id,
    ruled_after.from_id as after_from_id,
    cast(sum(ruled_after.amount_minor) * 1000 as bigint) as parts
from pairs
inner join ruled_buckets as ruled_before on pairs.based_on = ruled_before.rule_set
inner join ruled_buckets as ruled_after
    on
        pairs.rule_set = ruled_after.rule_set
        and ruled_before.bucket_id = ruled_after.bucket_id
group by all
