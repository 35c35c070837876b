-- grain: one name in a rule or target set that stands in another layer, or is of another kind
-- why: a name that exists somewhere looks right, and matches nothing where it is looked for
-- reads: alloc_effective_rules, input_cost_model__target_sets, alloc_objects
-- conserves: every such name once

with

objects as (

    select * from {{ ref('alloc_objects') }}

),

sender_names as (

    select distinct
        defined_in as rule_set,
        rule_id,
        'sends from the ' || sender_layer || ' layer and filters on ' as naming,
        'correct sender_layer, or the name' as remedy,
        sender_layer as layer,
        '*' as object_kind,
        {{ split_to_rows('from_filter', '|') }} as member,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}
    where sender_layer <> 'cost_pool' and from_filter <> '*'

),

target_sets as (

    select
        *,
        {{ filter_text('to_id') }} as filter
    from {{ ref('input_cost_model__target_sets') }}

),

target_names as (

    select
        cast(null as varchar) as rule_set,
        cast(null as varchar) as rule_id,
        'target set ' || target_set || ' takes receivers from the ' || to_layer
        || ' layer and names ' as naming,
        'correct to_layer, or the name' as remedy,
        to_layer as layer,
        object_kind,
        {{ split_to_rows('filter', '|') }} as member,
        file_name,
        line_number
    from target_sets
    where filter <> '*'

),

names as (

    select * from sender_names
    union all
    select * from target_names

),

found_names as (

    select
        names.rule_set,
        names.rule_id,
        names.naming,
        names.remedy,
        names.object_kind,
        {{ member_name('names.member') }} as member,
        names.file_name,
        names.line_number,
        min(objects.layer) as found_layer,
        min(objects.object_kind) as found_kind,
        bool_or(names.layer = objects.layer) as is_in_layer,
        bool_or(
            names.layer = objects.layer and names.object_kind in ('*', '', objects.object_kind)
        ) as is_meant
    from names
    inner join objects
        on {{ matches_pattern('objects.object_id', member_name('names.member')) }}
    group by all

),

faults as (

    select
        case when strpos(member, '*') = 0 then 'error' else 'warning' end as severity,
        'wrong_layer' as fault,
        rule_set,
        rule_id,
        file_name,
        line_number,
        naming || member || ', which only the layer ' || found_layer || ' knows; ' || remedy
            as message
    from found_names
    where not is_in_layer

    union all

    select
        case when strpos(member, '*') = 0 then 'error' else 'warning' end,
        'wrong_kind',
        rule_set,
        rule_id,
        file_name,
        line_number,
        naming || member || ' of the kind ' || object_kind || ', which is of the kind '
        || found_kind || '; correct object_kind, or the name'
    from found_names
    where is_in_layer and not is_meant

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
