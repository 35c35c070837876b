-- grain: one fault of the cost model
-- why: everything that is wrong with the rules in one list; errors stop the build
-- reads: the models of faults, alloc_rule_overlaps, rejected rows of the cost model
-- conserves: every fault once, as a sentence that names file, line and rule

with

tied_rules as (

    select
        *,
        case when layer = 'classification' then layer else 'allocation' end as kind
    from {{ ref('alloc_rule_overlaps') }}

),

rules as (

    select
        rule_set,
        rule_id,
        'allocation' as kind,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

    union all

    select
        rule_set,
        rule_id,
        'classification',
        file_name,
        line_number
    from {{ ref('alloc_classification_rules') }}

),

rejected as (

    select * from {{ ref('input_cost_model__rejected_rules') }}

),

-- what follows from a row that cannot be used is not told as a fault of its own
explained as (

    select distinct
        'missing_fallbacks' as fault,
        rule_id
    from rejected
    where table_name = 'allocation_fallbacks'

    union all

    select distinct
        {{ split_to_rows("'fallback_without_rule|percentage_without_rule'", '|') }},
        rule_id
    from rejected
    where
        table_name = 'allocation_rules'
        and rule_id not in (select rule_id from rules where kind = 'allocation')

),

-- without any rule nothing is read or named, which is told once
silent as (

    select
        {{ split_to_rows(
            "'unread_driver|unused_target_set|fallback_without_rule|percentage_without_rule'", '|'
        ) }} as fault
    where not exists (select 1 from rules where rules.kind = 'allocation')

),

faults as (

    select * from {{ ref('alloc_rule_form_faults') }}
    union all
    select * from {{ ref('alloc_percentage_faults') }}
    union all
    select * from {{ ref('alloc_receiving_faults') }}
    union all
    select * from {{ ref('alloc_target_set_faults') }}
    union all
    select * from {{ ref('alloc_member_faults') }}
    union all
    select * from {{ ref('alloc_cost_pool_faults') }}
    union all
    select * from {{ ref('alloc_driver_faults') }}
    union all
    select * from {{ ref('alloc_rule_set_faults') }}
    union all
    select * from {{ ref('alloc_stray_rules') }}
    union all
    select * from {{ ref('alloc_odd_rules') }}
    union all
    select * from {{ ref('alloc_method_faults') }}
    union all
    select * from {{ ref('alloc_unit_faults') }}
    union all
    select * from {{ ref('alloc_rate_faults') }}
    union all
    select * from {{ ref('alloc_fallback_faults') }}
    union all
    select * from {{ ref('alloc_own_layer_faults') }}
    union all
    select * from {{ ref('alloc_object_faults') }}
    union all
    select * from {{ ref('alloc_validity_faults') }}
    union all
    select * from {{ ref('alloc_gap_faults') }}
    union all
    select * from {{ ref('alloc_filter_faults') }}
    union all
    select * from {{ ref('alloc_layer_faults') }}
    union all
    select * from {{ ref('alloc_cloud_faults') }}
    union all
    select * from {{ ref('alloc_case_faults') }}
    union all
    select * from {{ ref('alloc_delivery_faults') }}
    union all
    select * from {{ ref('alloc_rejected_faults') }}
    union all
    select
        'error' as severity,
        'no_rules' as fault,
        null,
        null,
        null,
        null,
        'There is no allocation rule, but there are percentages or fallbacks of such rules; '
        || 'deliver the rules, or take those away too' as message
    where
        not exists (select 1 from rules where rules.kind = 'allocation')
        and (
            exists (select 1 from {{ ref('input_cost_model__allocation_percentages') }})
            or exists (select 1 from {{ ref('input_cost_model__allocation_fallbacks') }})
        )
    union all
    select
        'error' as severity,
        'overlap' as fault,
        tied_rules.rule_set,
        tied_rules.rule_id,
        rules.file_name,
        rules.line_number,
        'and rule ' || tied_rules.other_rule_id || ' both take ' || tied_rules.example
        || ' in the layer ' || tied_rules.layer || ' at sequence '
        || cast(tied_rules.sequence as varchar)
        || ' in the same days; give them different sequences' as message
    from tied_rules
    left join rules
        on
            tied_rules.rule_set = rules.rule_set
            and tied_rules.rule_id = rules.rule_id
            and tied_rules.kind = rules.kind
    -- rule sets that inherit both rules say nothing new
    qualify
        row_number() over (
            partition by
                rules.file_name, rules.line_number, tied_rules.other_rule_id, tied_rules.layer,
                tied_rules.sequence, tied_rules.example
            order by tied_rules.rule_set
        ) = 1

)

select
    faults.severity,
    faults.fault,
    faults.rule_set,
    faults.rule_id,
    faults.file_name,
    faults.line_number,
    coalesce(faults.file_name || ', line ' || cast(faults.line_number as varchar) || ': ', '')
    || coalesce('rule ' || faults.rule_id || ' ', 'rule set ' || faults.rule_set || ' ', '')
    || faults.message || '.' as message
from faults
left join explained on faults.fault = explained.fault and faults.rule_id = explained.rule_id
where
    explained.rule_id is null
    and faults.fault not in (select silent.fault from silent)
