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
inner join class_filters as accounts
    on accounts.attribute = 'account_id' and bucket_profiles.account_class = accounts.value_class
inner join class_filters as cost_centers
    on
        cost_centers.attribute = 'cost_center_id'
        and bucket_profiles.cost_center_class = cost_centers.value_class
inner join class_filters as vendors
    on vendors.attribute = 'vendor' and bucket_profiles.vendor_class = vendors.value_class
inner join class_filters as projects
    on projects.attribute = 'project_id' and bucket_profiles.project_class = projects.value_class
inner join class_filters as pools
    on pools.attribute = 'cost_pool' and pool_profiles.cost_pool = pools.value_class
inner join class_filters as sub_pools
    on
        sub_pools.attribute = 'cost_sub_pool'
        and pool_profiles.cost_sub_pool = sub_pools.value_class
inner join class_filters as expense_types
    on
        expense_types.attribute = 'expense_type'
        and pool_profiles.expense_type = expense_types.value_class
inner join pool_rules as rules
    on
        pool_profiles.rule_set = rules.rule_set
        and accounts.filter = rules.account_filter
        and cost_centers.filter = rules.cost_center_filter
        and vendors.filter = rules.vendor_filter
        and projects.filter = rules.project_filter
        and pools.filter = rules.cost_pool_filter
        and sub_pools.filter = rules.cost_sub_pool_filter
        and expense_types.filter = rules.expense_type_filter
