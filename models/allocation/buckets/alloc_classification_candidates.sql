-- grain: one rule set, profile and classification rule whose filters all match it
-- why: rules meet profiles by equality of filters; which of them comes first is decided later
-- reads: alloc_bucket_profiles, alloc_class_filters, alloc_classification_rules
-- conserves: every match once, whatever the dates of the rule

with

profiles as (

    select distinct
        profile_id,
        account_class,
        cost_center_class,
        vendor_class,
        project_class,
        entry_type_class,
        description_class
    from {{ ref('alloc_bucket_profiles') }}

),

class_filters as (

    select * from {{ ref('alloc_class_filters') }}

),

classification_rules as (

    select * from {{ ref('alloc_classification_rules') }}

)

select
    rules.rule_set,
    profiles.profile_id,
    rules.rule_id,
    rules.sequence,
    rules.valid_from,
    rules.valid_to
from profiles
inner join class_filters as accounts
    on accounts.attribute = 'account_id' and profiles.account_class = accounts.value_class
inner join classification_rules as rules on accounts.filter = rules.account_filter
where
    exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'cost_center_id'
            and filters.value_class = profiles.cost_center_class
            and filters.filter = rules.cost_center_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'vendor'
            and filters.value_class = profiles.vendor_class
            and filters.filter = rules.vendor_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'project_id'
            and filters.value_class = profiles.project_class
            and filters.filter = rules.project_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'entry_type'
            and filters.value_class = profiles.entry_type_class
            and filters.filter = rules.entry_type_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'description'
            and filters.value_class = profiles.description_class
            and filters.filter = rules.description_filter
    )
