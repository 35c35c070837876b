-- grain: one circle of objects that keep nearly everything among themselves
-- why: its money would move for ever; the build stops and names the circle and what it keeps
-- reads: moving places, network edges, networked objects, path visits, rules of objects
-- conserves: the circle of every place where money still moves, once

{{ config(materialized='view') }}

{% set solvable_share = 'power(0.000000001, 1.0 / ' ~ network_step_limit() ~ ')' %}

with recursive

places as (

    select * from {{ ref('alloc_moving_places') }}

),

edges as (

    select * from {{ ref('alloc_network_edges') }}

),

networked_objects as (

    select * from {{ ref('alloc_networked_objects') }}

),

{% for walk, here, there in [
    ('onward', 'from_place_id', 'to_place_id'), ('backward', 'to_place_id', 'from_place_id')
] -%}
{{ walk }} as (

    select
        place_id,
        place_id as member_id
    from places

    union

    select
        {{ walk }}.place_id,
        edges.{{ there }}
    from {{ walk }}
    inner join edges on {{ walk }}.member_id = edges.{{ here }}

),

{% endfor -%}
-- who is reached from the place and reaches it; the first member names the circle
members as (

    select
        onward.place_id,
        onward.member_id,
        min(onward.member_id) over (partition by onward.place_id) as circle_id
    from onward
    inner join backward
        on onward.place_id = backward.place_id and onward.member_id = backward.member_id

),

inner_edges as (

    select distinct
        members.circle_id,
        members.member_id,
        edges.to_place_id,
        edges.share
    from members
    inner join edges on members.member_id = edges.from_place_id
    inner join members as receivers
        on members.place_id = receivers.place_id and edges.to_place_id = receivers.member_id

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
        places.circle_id,
        places.circle_id as last_id,
        networked_objects.object_id as last_name,
        ' -> ' || networked_objects.object_id || ' ->' as way,
        false as is_closed
    from (select distinct circle_id from members) as places
    inner join networked_objects on places.circle_id = networked_objects.place_id

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

),

passes as (

    select
        networked_objects.place_id,
        sum(cast(visits.quantity as double)) as quantity
    from {{ ref('alloc_path_visits') }} as visits
    inner join places on visits.path_id = places.path_id
    inner join networked_objects
        on
            visits.rule_set = networked_objects.rule_set
            and visits.fiscal_period = networked_objects.fiscal_period
            and visits.layer = networked_objects.layer
            and visits.object_id = networked_objects.object_id
    group by networked_objects.place_id

),

-- in proportion to what passes each member: what is kept at a step, on average
kept_shares as (

    select
        members.circle_id,
        members.member_count,
        sum(members.kept_share * passes.quantity) / sum(passes.quantity) as kept_share
    from (
        select
            circle_id,
            member_id,
            count(*) over (partition by circle_id) as member_count,
            sum(share) as kept_share
        from inner_edges
        group by circle_id, member_id
    ) as members
    inner join passes on members.member_id = passes.place_id
    group by members.circle_id, members.member_count

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
    || kept_shares.member_count
    || ' objects of the '
    || replace(networked_objects.layer, '_', ' ')
    || ' layer (rule set ' || networked_objects.rule_set || ', period from '
    || cast(networked_objects.fiscal_period as varchar) || ') keep '
    || case
        when kept_shares.kept_share > 0.999999 then 'more than 99.9999%'
        else {{ percent_text('kept_shares.kept_share', 4) }}
    end
    || ' of what they pay among themselves, and at most '
    || {{ percent_text('floor(' ~ solvable_share ~ ' * 1000) / 1000', 1) }}
    || ' can be solved in {{ network_step_limit() }} steps: let more leave them, or set network '
    || 'step_down or direct in a rule of theirs. The circle: '
    || substr(
        walks.way,
        instr(walks.way, ' -> ' || walks.last_name || ' ->') + 4,
        length(walks.way) - instr(walks.way, ' -> ' || walks.last_name || ' ->') - 6
    )
    || '.' as message
from walks
inner join kept_shares on walks.circle_id = kept_shares.circle_id
inner join networked_objects on walks.circle_id = networked_objects.place_id
left join {{ ref('alloc_rules_of_objects') }} as rules
    on
        networked_objects.rule_set = rules.rule_set
        and networked_objects.fiscal_period = rules.fiscal_period
        and networked_objects.layer = rules.layer
        and networked_objects.object_id = rules.object_id
where walks.is_closed
