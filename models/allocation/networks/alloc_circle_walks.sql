-- grain: one path whose money circles on and object that it passes
-- why: with its circles solved, all that is left of the network ends by itself
-- reads: alloc_moving_places, alloc_path_starts, alloc_network_edges, alloc_circle_passes
-- conserves: the unit that enters, less what is cut off behind its fifteenth decimal

with recursive

paths as (

    select distinct path_id from {{ ref('alloc_moving_places') }} where {{ in_stale_periods() }}

),

starts as (

    select starts.*
    from {{ ref('alloc_path_starts') }} as starts
    inner join paths on starts.path_id = paths.path_id
    where {{ in_stale_periods('starts.fiscal_period') }}

),

members as (

    select * from {{ ref('alloc_circle_members') }} where {{ in_stale_periods() }}

),

passes as (

    select * from {{ ref('alloc_circle_passes') }} where {{ in_stale_periods() }}

),

networked_objects as (

    select * from {{ ref('alloc_networked_objects') }} where {{ in_stale_periods() }}

),

-- the networks of these paths, without what members of a circle pay each other
outer_edges as (

    select
        edges.from_place_id,
        edges.to_place_id,
        edges.share,
        payers.place_id is not null as is_of_circle
    from {{ ref('alloc_network_edges') }} as edges
    left join members as payers on edges.from_place_id = payers.place_id
    left join members as receivers
        on edges.to_place_id = receivers.place_id and payers.circle_id = receivers.circle_id
    where
        {{ in_stale_periods('edges.fiscal_period') }}
        and receivers.place_id is null
        and edges.fiscal_period in (select fiscal_period from starts)

),

-- what enters a circle leaves it by all its members
edges as (

    select
        from_place_id,
        to_place_id,
        share
    from outer_edges
    where not is_of_circle

    union all

    select
        passes.from_place_id,
        outer_edges.to_place_id,
        sum(passes.quantity * outer_edges.share order by outer_edges.from_place_id)
    from passes
    inner join outer_edges on passes.to_place_id = outer_edges.from_place_id
    group by passes.from_place_id, outer_edges.to_place_id

),

walks as (

    select
        path_id,
        place_id,
        0 as step,
        quantity
    from starts
    where place_id is not null

    union all

    select
        walks.path_id,
        edges.to_place_id,
        walks.step + 1,
        sum(floor(walks.quantity * edges.share))
    from walks
    inner join edges on walks.place_id = edges.from_place_id
    where walks.step < {{ chain_step_limit() }}
    group by walks.path_id, edges.to_place_id, walks.step
    having sum(floor(walks.quantity * edges.share)) > 0

),

entered as (

    select
        path_id,
        place_id,
        sum(cast(quantity as bigint)) as quantity
    from walks
    group by path_id, place_id

),

passed as (

    select
        entered.path_id,
        networked_objects.layer,
        networked_objects.object_id,
        sum(
            cast(
                least(
                    floor(entered.quantity * coalesce(passes.quantity, 1)),
                    {{ network_unit() }} * {{ most_passes() }}
                ) as {{ long_number_type() }}
            )
        ) as quantity
    from entered
    left join passes on entered.place_id = passes.from_place_id
    inner join networked_objects
        on coalesce(passes.to_place_id, entered.place_id) = networked_objects.place_id
    group by entered.path_id, networked_objects.layer, networked_objects.object_id

    union all

    select
        path_id,
        layer,
        object_id,
        quantity
    from starts
    where place_id is null

),

path_names as (

    select distinct
        path_id,
        rule_set,
        fiscal_period,
        sender_layer,
        rule_id,
        from_id
    from starts

)

select
    passed.path_id,
    path_names.rule_set,
    path_names.fiscal_period,
    path_names.sender_layer,
    path_names.rule_id,
    path_names.from_id,
    passed.layer,
    passed.object_id,
    cast(
        least(passed.quantity, {{ network_unit() }} * {{ most_passes() }}) as bigint
    ) as quantity
from passed
inner join path_names on passed.path_id = path_names.path_id
where passed.quantity > 0
