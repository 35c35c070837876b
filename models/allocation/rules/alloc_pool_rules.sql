-- grain: one rule set and bucket
-- why: which rule takes the bucket; a tagged rule takes only lines that carry a tag
-- reads: alloc_classified_buckets, alloc_pool_candidates, alloc_rules, objects, target sets
-- conserves: every classified bucket once per rule set, with a reason where it cannot move

with

classified_buckets as (

    select * from {{ ref('alloc_classified_buckets') }} where {{ in_stale_periods() }}

),

candidates as (

    select * from {{ ref('alloc_pool_candidates') }}

),

rules as (

    select * from {{ ref('alloc_rules') }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

target_sets as (

    select * from {{ ref('alloc_target_sets') }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

fiscal_periods as (

    select fiscal_period from {{ ref('dim_fiscal_periods') }}
    where {{ in_stale_periods() }}

),

first_rules as (

    select
        candidates.rule_set,
        candidates.profile_id,
        candidates.cost_pool,
        candidates.cost_sub_pool,
        candidates.expense_type,
        fiscal_periods.fiscal_period,
        candidates.lacks_tag,
        rules.rule_id,
        rules.method,
        rules.target_set
    from candidates
    inner join rules
        on candidates.rule_set = rules.rule_set and candidates.rule_id = rules.rule_id
    inner join fiscal_periods
        on fiscal_periods.fiscal_period between candidates.valid_from and candidates.valid_to
    qualify
        row_number() over (
            partition by
                candidates.rule_set, candidates.profile_id, candidates.cost_pool,
                candidates.cost_sub_pool, candidates.expense_type, fiscal_periods.fiscal_period
            order by candidates.lacks_tag, candidates.sequence, candidates.rule_id
        ) = 1

),

ruled_buckets as (

    select
        buckets.rule_set,
        buckets.bucket_id,
        buckets.fiscal_period,
        buckets.service_id,
        buckets.application_id,
        buckets.consumer_id,
        first_rules.rule_id,
        first_rules.method,
        first_rules.target_set,
        case
            when buckets.reason_code is not null then buckets.reason_code
            when first_rules.rule_id is null then 'no_matching_rule'
            when first_rules.lacks_tag then 'tag_missing'
        end as reason_code
    from classified_buckets as buckets
    left join first_rules
        on
            buckets.rule_set = first_rules.rule_set
            and buckets.profile_id = first_rules.profile_id
            and buckets.cost_pool = first_rules.cost_pool
            and buckets.cost_sub_pool = first_rules.cost_sub_pool
            and buckets.expense_type = first_rules.expense_type
            and buckets.fiscal_period = first_rules.fiscal_period

),

named_tags as (

    select
        rule_set,
        bucket_id,
        target_set,
        1 as preference,
        'solution' as layer,
        service_id as tag
    from ruled_buckets
    where method = 'tagged' and reason_code is null and service_id <> ''

    union all

    select
        rule_set,
        bucket_id,
        target_set,
        2,
        'solution',
        application_id
    from ruled_buckets
    where method = 'tagged' and reason_code is null and application_id <> ''

    union all

    select
        rule_set,
        bucket_id,
        target_set,
        3,
        'consumer',
        consumer_id
    from ruled_buckets
    where method = 'tagged' and reason_code is null and consumer_id <> ''

),

tags as (

    select
        named_tags.rule_set,
        named_tags.bucket_id,
        objects.layer as tag_layer,
        objects.object_id as tag_id
    from named_tags
    inner join objects
        on named_tags.layer = objects.layer and named_tags.tag = objects.object_id
    left join target_sets
        on
            named_tags.rule_set = target_sets.rule_set
            and named_tags.target_set = target_sets.target_set
    left join target_members
        on
            target_sets.defined_in = target_members.rule_set
            and target_sets.target_set = target_members.target_set
            and named_tags.layer = target_members.to_layer
            and named_tags.tag = target_members.to_id
    where named_tags.target_set is null or target_members.to_id is not null
    qualify
        row_number() over (
            partition by named_tags.rule_set, named_tags.bucket_id order by named_tags.preference
        ) = 1

)

select
    buckets.rule_set,
    buckets.bucket_id,
    buckets.fiscal_period,
    buckets.rule_id,
    buckets.method,
    tags.tag_layer,
    tags.tag_id,
    case
        when buckets.method = 'tagged' and buckets.reason_code is null and tags.tag_id is null
            then 'tag_unknown'
        else buckets.reason_code
    end as reason_code
from ruled_buckets as buckets
left join tags on buckets.rule_set = tags.rule_set and buckets.bucket_id = tags.bucket_id
