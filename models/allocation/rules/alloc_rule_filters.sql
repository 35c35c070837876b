-- grain: one attribute and filter that any rule or target set uses
-- why: each distinct filter is evaluated once, however many rules use it
-- reads: alloc_classification_rules, alloc_effective_rules, fallbacks and target sets
-- conserves: every filter but the one that means any, and those on descriptions

with

classification_rules as (

    select * from {{ ref('alloc_classification_rules') }}

),

allocation_rules as (

    select * from {{ ref('alloc_effective_rules') }}

),

target_sets as (

    select * from {{ ref('input_cost_model__target_sets') }}

),

filters as (

    select
        'account_id' as attribute,
        account_filter as filter
    from classification_rules
    union
    select
        'cost_center_id',
        cost_center_filter
    from classification_rules
    union
    select
        'vendor',
        vendor_filter
    from classification_rules
    union
    select
        'project_id',
        project_filter
    from classification_rules
    union
    select
        'entry_type',
        entry_type_filter
    from classification_rules
    union
    select
        'account_id',
        account_filter
    from allocation_rules
    union
    select
        'cost_center_id',
        cost_center_filter
    from allocation_rules
    union
    select
        'vendor',
        vendor_filter
    from allocation_rules
    union
    select
        'project_id',
        project_filter
    from allocation_rules
    union
    select
        'cost_pool',
        cost_pool_filter
    from allocation_rules
    union
    select
        'cost_sub_pool',
        cost_sub_pool_filter
    from allocation_rules
    union
    select
        'expense_type',
        expense_type_filter
    from allocation_rules
    union
    select
        'object_id',
        from_filter
    from allocation_rules
    union
    select
        'object_id',
        {{ filter_text('to_id') }}
    from target_sets
    union
    select
        'ci_class',
        ci_class_filter
    from allocation_rules where method = 'relationship'
    union
    select
        'ci_class',
        {{ filter_text('driver_id') }}
    from {{ ref('input_cost_model__allocation_fallbacks') }}
    where method = 'relationship'

)

select
    attribute,
    filter
from filters
where filter <> '*'
