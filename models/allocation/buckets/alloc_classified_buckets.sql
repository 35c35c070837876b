-- grain: one rule set and bucket
-- why: tags each bucket with the cost pool of the first rule that matches it in its period
-- reads: alloc_cost_buckets, alloc_bucket_profiles, candidates and rules of classification
-- conserves: every bucket once per rule set; what no rule takes shows as UNCLASSIFIED

with

rule_sets as (

    select * from {{ ref('dim_rule_sets') }}

),

buckets as (

    select * from {{ ref('alloc_cost_buckets') }} where {{ in_stale_periods() }}

),

profiles as (

    select * from {{ ref('alloc_bucket_profiles') }} where {{ in_stale_periods() }}

),

candidates as (

    select * from {{ ref('alloc_classification_candidates') }}

),

classification_rules as (

    select * from {{ ref('alloc_classification_rules') }}

),

fiscal_periods as (

    select distinct fiscal_period from buckets

),

first_rules as (

    select
        candidates.rule_set,
        candidates.profile_id,
        fiscal_periods.fiscal_period,
        candidates.rule_id
    from candidates
    inner join fiscal_periods
        on fiscal_periods.fiscal_period between candidates.valid_from and candidates.valid_to
    qualify
        row_number() over (
            partition by
                candidates.rule_set, candidates.profile_id, fiscal_periods.fiscal_period
            order by candidates.sequence, candidates.rule_id
        ) = 1

)

select
    rule_sets.rule_set,
    buckets.bucket_id,
    buckets.scenario,
    buckets.fiscal_period,
    buckets.measure,
    buckets.account_id,
    buckets.cost_center_id,
    buckets.vendor,
    buckets.project_id,
    buckets.entry_type,
    buckets.description_class,
    buckets.service_id,
    buckets.application_id,
    buckets.consumer_id,
    buckets.is_credit,
    coalesce(rules.cost_pool, 'UNCLASSIFIED') as cost_pool,
    coalesce(rules.cost_sub_pool, 'UNCLASSIFIED') as cost_sub_pool,
    coalesce(rules.expense_type, nullif(buckets.expense_type, ''), 'OpEx') as expense_type,
    rules.rule_id as classification_rule_id,
    case when rules.rule_id is null then 'unclassified' end as reason_code,
    profiles.profile_id,
    buckets.amount_minor,
    buckets.line_count
from buckets
cross join rule_sets
left join profiles on buckets.bucket_id = profiles.bucket_id
left join first_rules
    on
        rule_sets.rule_set = first_rules.rule_set
        and profiles.profile_id = first_rules.profile_id
        and buckets.fiscal_period = first_rules.fiscal_period
left join classification_rules as rules
    on first_rules.rule_set = rules.rule_set and first_rules.rule_id = rules.rule_id
