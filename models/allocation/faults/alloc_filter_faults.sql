-- grain: one member of a rule's filter that matches nothing
-- why: a misspelled account or pool in a list is easily overlooked: the others still match
-- reads: alloc_rule_uses, alloc_filter_values, cost pools, objects
-- conserves: every such member of every rule once

with

filter_members as (

    select
        *,
        {{ split_to_rows('filter', '|') }} as member
    from {{ ref('alloc_rule_uses') }}
    where filter <> '*'

),

filter_parts as (

    select
        *,
        {{ member_name('member') }} as part,
        {{ is_left_out('member') }} as is_left_out
    from filter_members

),

filter_values as (

    select distinct
        attribute,
        found_under
    from {{ ref('alloc_filter_values') }}

    union

    select
        'cost_pool',
        cost_pool
    from {{ ref('dim_cost_pools') }}

    union

    select
        'cost_sub_pool',
        cost_sub_pool
    from {{ ref('dim_cost_pools') }}

),

distinct_parts as (

    select distinct
        attribute,
        part
    from filter_parts
    where attribute not in ('description', 'provider')

),

matched_parts as (

    select distinct
        distinct_parts.attribute,
        distinct_parts.part
    from distinct_parts
    inner join filter_values
        on
            distinct_parts.attribute = filter_values.attribute
            and {{ matches_pattern('filter_values.found_under', 'distinct_parts.part') }}

),

unmatched_parts as (

    select
        distinct_parts.attribute,
        distinct_parts.part
    from distinct_parts
    left join matched_parts
        on
            distinct_parts.attribute = matched_parts.attribute
            and distinct_parts.part = matched_parts.part
    where matched_parts.part is null and distinct_parts.part <> ''

),

alike_values as (

    select
        unmatched_parts.attribute,
        unmatched_parts.part,
        {{ nearest_name('unmatched_parts.part', 'filter_values.found_under') }} as alike
    from unmatched_parts
    inner join filter_values
        on
            unmatched_parts.attribute = filter_values.attribute
            and {{ is_near_name('unmatched_parts.part', 'filter_values.found_under') }}
    group by unmatched_parts.attribute, unmatched_parts.part

),

faults as (

    select distinct
        case
            when
                strpos(filter_parts.part, '*') = 0
                and (
                    filter_parts.attribute in ('cost_pool', 'cost_sub_pool', 'expense_type')
                    or (
                        filter_parts.attribute = 'object_id'
                        and 'solution' in (select layer from {{ ref('alloc_objects') }})
                    )
                )
                then 'error'
            else 'warning'
        end as severity,
        case filter_parts.attribute
            when 'object_id' then 'unknown_object'
            else 'unmatched_filter'
        end as fault,
        filter_parts.rule_set,
        filter_parts.rule_id,
        filter_parts.file_name,
        filter_parts.line_number,
        case when filter_parts.is_left_out then 'leaves out ' else 'filters on ' end
        || filter_parts.part || ', but no '
        || case filter_parts.attribute
            when 'account_id' then 'account'
            when 'cost_center_id' then 'cost centre'
            when 'vendor' then 'vendor of the ledger'
            when 'project_id' then 'project of the ledger'
            when 'entry_type' then 'entry type of the ledger'
            when 'cost_pool' then 'cost pool'
            when 'cost_sub_pool' then 'cost sub-pool'
            when 'expense_type' then 'expense type'
            when 'object_id' then 'object'
            else 'class of configuration items'
        end || ' has such a name' || {{ did_you_mean('alike_values.alike', 'filter_parts.part') }}
        || '; correct it, or take it out'
        || case
            when filter_parts.part like '%,%' or filter_parts.part like '%;%'
                then ': a list is written with bars, a|b|c'
            when
                filter_parts.part like '-%'
                or filter_parts.part like '<>%'
                or lower(filter_parts.part) like 'not %'
                then ': what is meant to be left out has ! in front, !a'
            else ''
        end as message
    from filter_parts
    inner join unmatched_parts
        on
            filter_parts.attribute = unmatched_parts.attribute
            and filter_parts.part = unmatched_parts.part
    left join alike_values
        on
            filter_parts.attribute = alike_values.attribute
            and filter_parts.part = alike_values.part

    union all

    select distinct
        'error',
        'empty_member',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'filters on ' || case when attribute = 'description' then 'the description ' else '' end
        || filter || ', of which one member is empty; write a|b, or !a to leave a out'
    from filter_parts
    where part = ''

    union all

    select distinct
        'error',
        'leaves_out_everything',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'filters on ' || filter || ', which leaves out everything; write !a for all but a'
    from filter_parts
    where is_left_out and part <> '' and replace(part, '*', '') = ''

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
