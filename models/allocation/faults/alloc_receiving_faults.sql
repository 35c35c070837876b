-- grain: one fault of a row of percentages in its receiver
-- why: what is given to nobody, or to an earlier layer, would be lost
-- reads: percentages of the cost model, alloc_effective_rules, alloc_objects
-- conserves: every fault once

with

percentages as (

    select * from {{ ref('input_cost_model__allocation_percentages') }}

),

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        sender_layer
    from {{ ref('alloc_effective_rules') }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

alike_objects as (

    select
        layer,
        lower(object_id) as name,
        min(object_id) as object_id
    from objects
    group by layer, lower(object_id)

    union all

    select distinct
        to_layer,
        'unallocated',
        'UNALLOCATED'
    from percentages

),

faults as (

    select
        'unknown_receiver' as fault,
        percentages.rule_set,
        percentages.rule_id,
        percentages.file_name,
        percentages.line_number,
        'gives a percentage to ' || percentages.to_id || ', which is no object of the '
        || percentages.to_layer || ' layer'
        || {{ did_you_mean('alike_objects.object_id', 'percentages.to_id') }}
        || '; correct the name, or deliver the object' as message
    from percentages
    inner join rules
        on percentages.rule_set = rules.rule_set and percentages.rule_id = rules.rule_id
    left join objects
        on percentages.to_layer = objects.layer and percentages.to_id = objects.object_id
    left join alike_objects
        on
            percentages.to_layer = alike_objects.layer
            and lower(percentages.to_id) = alike_objects.name
    where objects.object_id is null and percentages.to_id <> 'UNALLOCATED'

    union all

    select
        'layer_order',
        percentages.rule_set,
        percentages.rule_id,
        percentages.file_name,
        percentages.line_number,
        'sends from ' || rules.sender_layer || ' to ' || percentages.to_id || ' in '
        || percentages.to_layer || '; money can only go to a later layer, '
        || 'or to objects of the same layer'
    from percentages
    inner join rules
        on percentages.rule_set = rules.rule_set and percentages.rule_id = rules.rule_id
    where rules.sender_layer = 'solution' and percentages.to_layer = 'resource_tower'

)

select
    'error' as severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
