-- grain: one fault of a target set by itself
-- why: a member that does not exist receives nothing, and a set that nobody names does nothing
-- reads: target sets, rules and fallbacks as delivered, alloc_objects, alloc_rejected_names
-- conserves: every fault once

with

named_members as (

    select
        target_set,
        to_layer,
        file_name,
        line_number,
        {{ split_to_rows(filter_text('to_id'), '|') }} as member
    from {{ ref('input_cost_model__target_sets') }}

),

objects as (

    select distinct
        layer,
        object_id
    from {{ ref('alloc_objects') }}

),

-- rows of a set are added up: one that only leaves out brings everything else
sole_rows as (

    select
        *,
        {{ only_leaves_out(filter_text('to_id')) }} as only_leaves_out,
        strpos(to_id, '!') > 0 as leaves_out,
        coalesce(nullif(object_kind, ''), '*') as kind,
        count(*) over (partition by rule_set, target_set, to_layer) as rows_of_layer,
        count(case when coalesce(nullif(object_kind, ''), '*') = '*' then 1 end) over (
            partition by rule_set, target_set, to_layer
        ) as rows_of_any_kind,
        count(*) over (
            partition by rule_set, target_set, to_layer, coalesce(nullif(object_kind, ''), '*')
        ) as rows_of_kind
    from {{ ref('input_cost_model__target_sets') }}

),

named_target_sets as (

    select target_set from {{ ref('input_cost_model__allocation_rules') }}
    where target_set is not null

    union

    select target_set from {{ ref('input_cost_model__allocation_fallbacks') }}
    where target_set is not null

    union

    select name from {{ ref('alloc_rejected_names') }}

),

unknown_members as (

    select
        named_members.target_set,
        named_members.to_layer,
        named_members.file_name,
        named_members.line_number,
        {{ member_name('named_members.member') }} as member
    from named_members
    left join objects
        on {{ matches_pattern('objects.object_id', member_name('named_members.member')) }}
    where
        objects.object_id is null
        and {{ member_name('named_members.member') }} not in ('', '*')

),

alike_objects as (

    select
        unknown_members.to_layer,
        unknown_members.member,
        {{ nearest_name('unknown_members.member', 'objects.object_id') }} as object_id
    from unknown_members
    inner join objects
        on
            unknown_members.to_layer = objects.layer
            and {{ is_near_name('unknown_members.member', 'objects.object_id') }}
    group by unknown_members.to_layer, unknown_members.member

),

faults as (

    select distinct
        -- a layer without any object was not delivered: nothing is misspelled
        case
            when
                strpos(unknown_members.member, '*') = 0
                and unknown_members.to_layer in (select known.layer from objects as known)
                then 'error'
            else 'warning'
        end as severity,
        'unknown_member' as fault,
        cast(null as varchar) as rule_set,
        cast(null as varchar) as rule_id,
        unknown_members.file_name,
        unknown_members.line_number,
        'target set ' || unknown_members.target_set || ' names ' || unknown_members.member
        || ', but no object has such a name'
        || {{ did_you_mean('alike_objects.object_id', 'unknown_members.member') }}
        || '; correct it, or deliver the object' as message
    from unknown_members
    left join alike_objects
        on
            unknown_members.to_layer = alike_objects.to_layer
            and unknown_members.member = alike_objects.member

    union all

    select distinct
        'error',
        case {{ member_name('member') }}
            when '' then 'empty_member' else 'leaves_out_everything'
        end,
        cast(null as varchar),
        cast(null as varchar),
        file_name,
        line_number,
        'target set ' || target_set || case {{ member_name('member') }}
            when '' then ' has an empty member; write a|b, or !a to leave a out'
            else ' leaves out everything; write !a for all but a'
        end
    from named_members
    where
        {{ member_name('member') }} = ''
        or {{ is_left_out('member') }} and replace({{ member_name('member') }}, '*', '') = ''

    union all

    select
        'error',
        'leaves_out_alone',
        null,
        null,
        file_name,
        line_number,
        'target set ' || target_set || ' has a row that only leaves out, ' || to_id
        || ', beside others, to which it adds everything else; '
        || 'write it into the row that it takes from, as in SVC*|!SVC-X'
    from sole_rows
    where
        only_leaves_out
        and leaves_out
        and case kind when '*' then rows_of_layer else rows_of_kind + rows_of_any_kind end > 1

    union all

    select
        'warning',
        'unused_target_set',
        null,
        null,
        min(members.file_name),
        min(members.line_number),
        'target set ' || members.target_set || ' is named by no rule; '
        || 'name it in one, or remove its rows'
    from {{ ref('input_cost_model__target_sets') }} as members
    left join named_target_sets as named on members.target_set = named.target_set
    where named.target_set is null
    group by members.target_set

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
