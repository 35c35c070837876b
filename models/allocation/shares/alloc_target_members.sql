-- grain: one rule set that defines a target set, its layer and object that belongs to it
-- why: resolves the patterns of a target set to objects, once for all rules that share it
-- reads: input_cost_model__target_sets, alloc_class_filters, alloc_objects
-- conserves: every object that any row of the set names, once

with

target_sets as (

    select
        rule_set,
        target_set,
        to_layer,
        object_kind,
        {{ filter_text('to_id') }} as filter
    from {{ ref('input_cost_model__target_sets') }}

),

class_filters as (

    select * from {{ ref('alloc_class_filters') }} where attribute = 'object_id'

),

objects as (

    select * from {{ ref('alloc_objects') }}

)

select distinct
    target_sets.rule_set,
    target_sets.target_set,
    target_sets.to_layer,
    objects.object_id as to_id,
    objects.last_day
from target_sets
inner join class_filters on target_sets.filter = class_filters.filter
inner join objects
    on
        class_filters.value_class = objects.object_id
        and target_sets.to_layer = objects.layer
        and target_sets.object_kind in ('*', '', objects.object_kind)
