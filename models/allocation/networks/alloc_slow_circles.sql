-- grain: one circle of objects that keep nearly everything among themselves
-- why: its money would go round too often; the build stops and names the circle and what it keeps
-- reads: circle members and passes, network edges, networked objects, rules of objects
-- conserves: every circle that money passes more often than can be held

{{ config(materialized='view') }}

with recursive

passes as (

    select
        circle_id,
        sum(quantity) / count(distinct from_place_id) as passes_of_all,
        max(quantity) as most_passes
    from {{ ref('alloc_circle_passes') }}
    group by circle_id

),

members as (

    select members.*
    from {{ ref('alloc_circle_members') }} as members
    inner join passes on members.circle_id = passes.circle_id
    where passes.most_passes > {{ most_passes() }}

),

circles as (

    select distinct
        circle_id,
        member_count
    from members

),

edges as (

    select * from {{ ref('alloc_network_edges') }}

),

networked_objects as (

    select * from {{ ref('alloc_networked_objects') }}

),

inner_edges as (

    select distinct
        members.circle_id,
        members.place_id as member_id,
        edges.to_place_id,
        edges.share
    from members
    inner join edges on members.place_id = edges.from_place_id
    inner join members as receivers
        on members.circle_id = receivers.circle_id and edges.to_place_id = receivers.place_id

),

-- from member to member where most goes, until one comes again
next_steps as (

    select
        inner_edges.circle_id,
        inner_edges.member_id,
        inner_edges.to_place_id,
        networked_objects.object_id
    from inner_edges
    inner join networked_objects on inner_edges.to_place_id = networked_objects.place_id
    qualify
        row_number() over (
            partition by inner_edges.circle_id, inner_edges.member_id
            order by inner_edges.share desc, inner_edges.to_place_id asc
        ) = 1

),

walks as (

    select
        circles.circle_id,
        circles.circle_id as last_id,
        networked_objects.object_id as last_name,
        ' -> ' || networked_objects.object_id || ' ->' as way,
        false as is_closed
    from circles
    inner join networked_objects on circles.circle_id = networked_objects.place_id

    union all

    select
        walks.circle_id,
        next_steps.to_place_id,
        next_steps.object_id,
        walks.way || ' ' || next_steps.object_id || ' ->',
        instr(walks.way, ' -> ' || next_steps.object_id || ' ->') > 0
    from walks
    inner join next_steps
        on walks.circle_id = next_steps.circle_id and walks.last_id = next_steps.member_id
    where not walks.is_closed

)

select
    networked_objects.rule_set,
    networked_objects.fiscal_period,
    networked_objects.layer,
    networked_objects.object_id,
    rules.rule_id,
    rules.file_name,
    rules.line_number,
    coalesce({{ rule_place('rules', ': ') }}, '')
    || circles.member_count
    || ' objects of the '
    || replace(networked_objects.layer, '_', ' ')
    || ' layer (rule set ' || networked_objects.rule_set || ', period from '
    || cast(networked_objects.fiscal_period as varchar) || ') keep '
    || case
        when passes.passes_of_all > 1000000 then 'more than 99.9999%'
        else {{ percent_text('(1 - 1 / passes.passes_of_all)', 4) }}
    end
    || ' of what they pay among themselves, so that money passes one of them more than '
    || '{{ most_passes() }} times: let more leave them, or set network '
    || 'step_down or direct in a rule of theirs. The circle: '
    || substr(
        walks.way,
        instr(walks.way, ' -> ' || walks.last_name || ' ->') + 4,
        length(walks.way) - instr(walks.way, ' -> ' || walks.last_name || ' ->') - 6
    )
    || '.' as message
from walks
inner join passes on walks.circle_id = passes.circle_id
inner join circles on walks.circle_id = circles.circle_id
inner join networked_objects on walks.circle_id = networked_objects.place_id
left join {{ ref('alloc_rules_of_objects') }} as rules
    on
        networked_objects.rule_set = rules.rule_set
        and networked_objects.fiscal_period = rules.fiscal_period
        and networked_objects.layer = rules.layer
        and networked_objects.object_id = rules.object_id
where walks.is_closed
