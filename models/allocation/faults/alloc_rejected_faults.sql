-- grain: one row of the cost model, or of a driver that a rule reads, that cannot be used
-- why: a rule or a weight that is left out would send money elsewhere: the build stops instead
-- reads: input_cost_model__rejected_rules, alloc_driver_readers, rules and fallbacks
-- conserves: every such row once

select
    'error' as severity,
    'rejected_row' as fault,
    coalesce(rejected.rule_set, readers.rule_set) as rule_set,
    coalesce(rejected.rule_id, readers.rule_id) as rule_id,
    rejected.file_name,
    rejected.line_number,
    coalesce(
        rtrim(rejected.advice, '.'),
        case
            when readers.driver_id is not null
                then 'weighs by the driver ' || readers.driver_id
                    || ', a row of which cannot be used: '
            when coalesce(rejected.rule_id, rejected.rule_set) is null
                then 'a row of ' || rejected.domain || '.' || rejected.table_name
                    || ' cannot be used: '
            else
                'has a row of ' || rejected.domain || '.' || rejected.table_name
                || ' that cannot be used: '
        end
        || rejected.reason_code || coalesce(' in ' || rejected.column_name, '')
        || case rejected.reason_code
            when 'reserved_name'
                then ', for such names stand for money without a receiver; give it another id'
            when 'mixed_units'
                then ', for a driver, or the use of a service, has one unit, that of most of '
                    || 'its rows; convert the value'
            else '; mend it, a rule or weight is never left out'
        end
    ) as message
from {{ ref('input_cost_model__rejected_rules') }} as rejected
left join {{ ref('alloc_driver_readers') }} as readers
    on rejected.driver_id = readers.driver_id
-- what no rule weighs by moves no money
where
    readers.driver_id is not null
    or rejected.driver_id is null and rejected.table_name <> 'configuration_items'
    or rejected.table_name = 'drivers'
    or rejected.table_name = 'configuration_items'
    and 'relationship' in (
        select method from {{ ref('alloc_effective_rules') }}
        union all
        select method from {{ ref('input_cost_model__allocation_fallbacks') }}
    )
