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
inner join class_filters as cost_centers
    on
        cost_centers.attribute = 'cost_center_id'
        and profiles.cost_center_class = cost_centers.value_class
inner join class_filters as vendors
    on vendors.attribute = 'vendor' and profiles.vendor_class = vendors.value_class
inner join class_filters as projects
    on projects.attribute = 'project_id' and profiles.project_class = projects.value_class
inner join class_filters as entry_types
    on
        entry_types.attribute = 'entry_type'
        and profiles.entry_type_class = entry_types.value_class
inner join class_filters as descriptions
    on
        descriptions.attribute = 'description'
        and profiles.description_class = descriptions.value_class
inner join classification_rules as rules
    on
        accounts.filter = rules.account_filter
        and cost_centers.filter = rules.cost_center_filter
        and vendors.filter = rules.vendor_filter
        and projects.filter = rules.project_filter
        and entry_types.filter = rules.entry_type_filter
        and descriptions.filter = rules.description_filter
