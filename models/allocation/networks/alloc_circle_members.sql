-- grain: one object of a circle that keeps money moving
-- why: who pays each other, directly or through others, is solved together
-- reads: alloc_moving_places, alloc_network_edges, alloc_networked_objects
-- conserves: the circle of every place where money still moves, each member once

with recursive

moving_places as (

    select distinct
        fiscal_period,
        place_id
    from {{ ref('alloc_moving_places') }}
    where {{ in_stale_periods() }} and place_id is not null

),

edges as (

    select
        from_place_id,
        to_place_id
    from {{ ref('alloc_network_edges') }}
    where
        {{ in_stale_periods() }}
        and fiscal_period in (select fiscal_period from moving_places)

),

{% for walk, here, there in [
    ('onward', 'from_place_id', 'to_place_id'), ('backward', 'to_place_id', 'from_place_id')
] -%}
{{ walk }} as (

    select
        place_id,
        place_id as reached_id
    from moving_places

    union

    select
        {{ walk }}.place_id,
        edges.{{ there }}
    from {{ walk }}
    inner join edges on {{ walk }}.reached_id = edges.{{ here }}

),

{% endfor -%}
-- who is reached from the place and reaches it; the first member names the circle
circles as (

    select distinct
        onward.reached_id as place_id,
        min(onward.reached_id) over (partition by onward.place_id) as circle_id,
        count(*) over (partition by onward.place_id) as member_count
    from onward
    inner join backward
        on onward.place_id = backward.place_id and onward.reached_id = backward.reached_id

)

select
    networked_objects.rule_set,
    networked_objects.fiscal_period,
    circles.circle_id,
    circles.place_id,
    row_number() over (
        partition by circles.circle_id order by circles.place_id
    ) as position,
    circles.member_count
from circles
inner join {{ ref('alloc_networked_objects') }} as networked_objects
    on circles.place_id = networked_objects.place_id
where circles.member_count > 1
