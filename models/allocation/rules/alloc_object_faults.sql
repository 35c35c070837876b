-- grain: one object whose name is taken, or rule whose service has no capacity
-- why: a tower of the company must not hide one of the standard, nor an object a named place
-- reads: input_cost_model__towers, dim_towers, alloc_objects, candidates, dim_services
-- conserves: every such fault once

with

candidates as (

    select * from {{ ref('alloc_object_candidates') }} where sender_layer = 'solution'

),

-- a rule that comes first on every day leaves nothing to take
taking_candidates as (

    select candidates.*
    from candidates
    where
        not exists (
            select 1
            from candidates as earlier
            where
                candidates.rule_set = earlier.rule_set
                and candidates.from_id = earlier.from_id
                and candidates.sequence > earlier.sequence
                and candidates.valid_from >= earlier.valid_from
                and candidates.valid_to <= earlier.valid_to
        )

),

capacity_rules as (

    select
        rule_set,
        defined_in,
        rule_id,
        '' as place,
        'rule' as kind,
        capacity,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}
    where method = 'capacity'

    union all

    select
        rules.rule_set,
        rules.defined_in,
        rules.rule_id,
        'at position ' || fallbacks.position || ' ',
        'fallback',
        fallbacks.capacity,
        fallbacks.file_name,
        fallbacks.line_number
    from {{ ref('alloc_effective_rules') }} as rules
    inner join {{ ref('input_cost_model__allocation_fallbacks') }} as fallbacks
        on rules.defined_in = fallbacks.rule_set and rules.rule_id = fallbacks.rule_id
    where rules.method = 'hybrid' and fallbacks.method = 'capacity'

),

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
        upper(object_id) in (
            'UNALLOCATED', 'IDLE_CAPACITY', 'UNTAGGED', 'VOLUME_VARIANCE', 'SPENDING_VARIANCE', '*'
        )

    union all

    -- a service without a known capacity would hide what nobody used
    select
        'error',
        'missing_capacity',
        rules.defined_in,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        rules.place || 'uses the method capacity for ' || min(candidates.from_id)
        || ', which has no capacity_quantity; give it there, or in the column capacity of the '
        || rules.kind
    from capacity_rules as rules
    inner join taking_candidates as candidates
        on rules.rule_set = candidates.rule_set and rules.rule_id = candidates.rule_id
    left join {{ ref('dim_services') }} as services on candidates.from_id = services.service_id
    where coalesce(rules.capacity, services.capacity_quantity) is null
    group by
        rules.defined_in, rules.rule_id, rules.place, rules.kind, rules.file_name,
        rules.line_number

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
