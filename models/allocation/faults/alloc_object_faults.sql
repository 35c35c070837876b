-- grain: one object whose id is taken, or rule whose service has no capacity
-- why: a tower of the company must not hide one of the standard, nor a service an application
-- reads: input_cost_model__towers, dim_towers, services, applications, candidates
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
        'the sub-tower ' || towers.sub_tower || ' is one of the standard; '
        || 'choose another name, or remove the row' as message
    from {{ ref('input_cost_model__towers') }} as towers
    inner join {{ ref('dim_towers') }} as known on towers.sub_tower = known.sub_tower
    where known.is_standard

    union all

    select
        'warning',
        'service_and_application',
        null,
        null,
        null,
        null,
        'The id ' || services.service_id || ' stands in cmdb/services and in cmdb/applications; '
        || 'the service counts and the application is no object of its own: give it another id'
    from {{ ref('dim_services') }} as services
    inner join {{ ref('dim_applications') }} as applications
        on services.service_id = applications.application_id
    where services.service_type <> 'application'

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
