-- grain: one rule set, kind of money, profile and cost pool rule whose filters match them
-- why: rules meet profiles by equality of filters; which of them comes first is decided later
-- reads: alloc_classified_buckets, alloc_bucket_profiles, filters, alloc_effective_rules
-- conserves: every match once; unclassified money is not offered to rules

with

classified_buckets as (

    select * from {{ ref('alloc_classified_buckets') }}

),

bucket_profiles as (

    select distinct
        profile_id,
        account_class,
        cost_center_class,
        vendor_class,
        project_class,
        is_tagged
    from {{ ref('alloc_bucket_profiles') }}

),

class_filters as (

    select * from {{ ref('alloc_class_filters') }}

),

pool_rules as (

    select * from {{ ref('alloc_effective_rules') }} where sender_layer = 'cost_pool'

),

pool_profiles as (

    select distinct
        rule_set,
        profile_id,
        cost_pool,
        cost_sub_pool,
        expense_type
    from classified_buckets
    where reason_code is null

)

select
    pool_profiles.rule_set,
    pool_profiles.profile_id,
    pool_profiles.cost_pool,
    pool_profiles.cost_sub_pool,
    pool_profiles.expense_type,
    rules.rule_id,
    rules.sequence,
    rules.valid_from,
    rules.valid_to,
    rules.method = 'tagged' and not bucket_profiles.is_tagged as lacks_tag
from pool_profiles
inner join bucket_profiles on pool_profiles.profile_id = bucket_profiles.profile_id
inner join class_filters as pools
    on pools.attribute = 'cost_pool' and pool_profiles.cost_pool = pools.value_class
inner join pool_rules as rules
    on pool_profiles.rule_set = rules.rule_set and pools.filter = rules.cost_pool_filter
where
    exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'cost_sub_pool'
            and filters.value_class = pool_profiles.cost_sub_pool
            and filters.filter = rules.cost_sub_pool_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'expense_type'
            and filters.value_class = pool_profiles.expense_type
            and filters.filter = rules.expense_type_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'account_id'
            and filters.value_class = bucket_profiles.account_class
            and filters.filter = rules.account_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'cost_center_id'
            and filters.value_class = bucket_profiles.cost_center_class
            and filters.filter = rules.cost_center_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'vendor'
            and filters.value_class = bucket_profiles.vendor_class
            and filters.filter = rules.vendor_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'project_id'
            and filters.value_class = bucket_profiles.project_class
            and filters.filter = rules.project_filter
    )
