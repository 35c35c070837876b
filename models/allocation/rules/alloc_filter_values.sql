-- grain: one attribute, value and text under which filters find it: itself or an ancestor
-- why: filters are evaluated on distinct values, and a filter on a parent covers its children
-- reads: alloc_cost_buckets, hierarchies then and now, alloc_objects, configuration items, rules
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

cost_center_moves as (

    select * from {{ ref('bridge_cost_center_moves') }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

configuration_items as (

    select * from {{ ref('dim_configuration_items') }}

),

expense_types as (

    select types.expense_type
    from (values ('OpEx'), ('CapEx')) as types (expense_type)

),

found_values as (

    select
        'account_id' as attribute,
        account_id as value,
        account_id as found_under
    from buckets

    union

    select
        'account_id' as attribute,
        account_id as value,
        ancestor_account_id as found_under
    from account_hierarchy

    union

    select
        'cost_center_id' as attribute,
        cost_center_id as value,
        cost_center_id as found_under
    from buckets

    union

    select
        'cost_center_id' as attribute,
        cost_center_id as value,
        ancestor_cost_center_id as found_under
    from cost_center_hierarchy

    union

    select
        'cost_center_id' as attribute,
        {{ cost_center_then('cost_center_id', 'fiscal_period') }} as value,
        ancestor_cost_center_id as found_under
    from cost_center_moves

    union

    select
        'vendor' as attribute,
        vendor as value,
        vendor as found_under
    from buckets

    union

    select
        'project_id' as attribute,
        project_id as value,
        project_id as found_under
    from buckets

    union

    select
        'entry_type' as attribute,
        entry_type as value,
        entry_type as found_under
    from buckets

    union

    select
        'cost_pool' as attribute,
        cost_pool as value,
        cost_pool as found_under
    from classification_rules

    union

    select
        'cost_sub_pool' as attribute,
        cost_sub_pool as value,
        cost_sub_pool as found_under
    from classification_rules

    union

    select
        'expense_type' as attribute,
        expense_type as value,
        expense_type as found_under
    from expense_types

    union

    select
        'object_id' as attribute,
        object_id as value,
        object_id as found_under
    from objects

    union

    select
        'ci_class' as attribute,
        ci_class as value,
        ci_class as found_under
    from configuration_items

)

select
    attribute,
    value,
    found_under
from found_values
