-- grain: one rule set, sending object, kind of money and rule whose filters match both
-- why: rules of later layers are matched before money moves, so that faults show early
-- reads: alloc_objects, alloc_class_filters, alloc_classified_buckets, alloc_effective_rules
-- conserves: every match once; in the solution layer the pool columns are empty

with

objects as (

    select * from {{ ref('alloc_objects') }}

),

class_filters as (

    select * from {{ ref('alloc_class_filters') }}

),

rules as (

    select * from {{ ref('alloc_effective_rules') }} where sender_layer <> 'cost_pool'

),

kinds_of_money as (

    select distinct
        rule_set,
        cost_pool,
        cost_sub_pool,
        expense_type
    from {{ ref('alloc_classified_buckets') }}
    where reason_code is null

),

rules_by_object as (

    select
        rules.*,
        objects.object_id
    from rules
    inner join class_filters as senders
        on senders.attribute = 'object_id' and rules.from_filter = senders.filter
    inner join objects
        on rules.sender_layer = objects.layer and senders.value_class = objects.object_id

)

select
    rules.rule_set,
    rules.sender_layer,
    rules.object_id as from_id,
    kinds_of_money.cost_pool,
    kinds_of_money.cost_sub_pool,
    kinds_of_money.expense_type,
    rules.rule_id,
    rules.sequence,
    rules.valid_from,
    rules.valid_to
from rules_by_object as rules
inner join kinds_of_money on rules.rule_set = kinds_of_money.rule_set
where
    rules.sender_layer = 'resource_tower'
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'cost_pool'
            and filters.value_class = kinds_of_money.cost_pool
            and filters.filter = rules.cost_pool_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'cost_sub_pool'
            and filters.value_class = kinds_of_money.cost_sub_pool
            and filters.filter = rules.cost_sub_pool_filter
    )
    and exists (
        select 1
        from class_filters as filters
        where
            filters.attribute = 'expense_type'
            and filters.value_class = kinds_of_money.expense_type
            and filters.filter = rules.expense_type_filter
    )

union all

select
    rule_set,
    sender_layer,
    object_id as from_id,
    '' as cost_pool,
    '' as cost_sub_pool,
    '' as expense_type,
    rule_id,
    sequence,
    valid_from,
    valid_to
from rules_by_object
where sender_layer = 'solution'
