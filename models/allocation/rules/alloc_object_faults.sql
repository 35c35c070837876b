-- grain: one object whose name is taken
-- why: a tower of the company must not hide one of the standard, nor an object a named place
-- reads: input_cost_model__towers, dim_towers, alloc_objects
-- conserves: every such object once

with

faults as (

    select
        'error' as severity,
        'tower_of_the_standard' as fault,
        cast(null as varchar) as rule_set,
        cast(null as varchar) as rule_id,
        towers.file_name,
        towers.line_number,
        'the sub-tower ' || towers.sub_tower || ' is one of the standard or a reserved name; '
        || 'choose another name, or remove the row' as message
    from {{ ref('input_cost_model__towers') }} as towers
    inner join {{ ref('dim_towers') }} as known on towers.sub_tower = known.sub_tower
    where known.is_standard

    union all

    select
        'error',
        'reserved_name',
        null,
        null,
        null,
        null,
        'The name ' || object_id || ' of the ' || layer || ' layer is reserved for money without a '
        || 'receiver; give the object another id'
    from {{ ref('alloc_objects') }}
    where
        object_id in (
            'UNALLOCATED', 'IDLE_CAPACITY', 'UNTAGGED', 'VOLUME_VARIANCE', 'SPENDING_VARIANCE', '*'
        )

)

select
    severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
