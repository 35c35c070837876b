-- grain: one attribute, value and text under which it can be found: itself or, in a hierarchy, an ancestor
-- why: filters are evaluated on distinct values, and a filter on a parent covers its children
-- reads: alloc_cost_buckets, hierarchies, alloc_objects, configuration items, alloc_classification_rules
-- conserves: every value of a bucket under itself

with

buckets as (

    select * from {{ ref('alloc_cost_buckets') }}

),

classification_rules as (

    select * from {{ ref('alloc_classification_rules') }}

),

account_hierarchy as (

    select * from {{ ref('bridge_account_hierarchy') }}

),

cost_center_hierarchy as (

    select * from {{ ref('bridge_cost_center_hierarchy') }}

),

found_values as (

    select 'account_id' as attribute, account_id as value, account_id as found_under from buckets
    union
    select 'account_id', account_id, ancestor_account_id from account_hierarchy
    union
    select 'cost_center_id', cost_center_id, cost_center_id from buckets
    union
    select 'cost_center_id', cost_center_id, ancestor_cost_center_id from cost_center_hierarchy
    union
    select 'vendor', vendor, vendor from buckets
    union
    select 'project_id', project_id, project_id from buckets
    union
    select 'entry_type', entry_type, entry_type from buckets
    union
    select 'cost_pool', cost_pool, cost_pool from classification_rules
    union
    select 'cost_sub_pool', cost_sub_pool, cost_sub_pool from classification_rules
    union
    select 'expense_type', types.expense_type, types.expense_type
    from (values ('OpEx'), ('CapEx')) as types (expense_type)
    union
    select 'object_id', object_id, object_id from {{ ref('alloc_objects') }}
    union
    select 'ci_class', ci_class, ci_class from {{ ref('dim_configuration_items') }}

)

select
    attribute,
    value,
    found_under
from found_values
