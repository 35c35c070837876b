-- grain: one path whose money did not come to rest within the steps of the network
-- why: where most of it still moves leads to the circle that keeps it
-- reads: alloc_path_starts, alloc_path_visits, exits, networked objects and their edges
-- conserves: every path of which more than a billionth still moves

with

starts as (

    select * from {{ ref('alloc_path_starts') }} where {{ in_stale_periods() }}

),

visits as (

    select * from {{ ref('alloc_path_visits') }} where {{ in_stale_periods() }}

),

exits as (

    select * from {{ ref('alloc_layer_exits') }} where {{ in_stale_periods() }}

),

edges as (

    select * from {{ ref('alloc_network_edges') }} where {{ in_stale_periods() }}

),

networked_objects as (

    select * from {{ ref('alloc_networked_objects') }} where {{ in_stale_periods() }}

),

rests as (

    select
        visits.path_id,
        sum(visits.quantity * coalesce(exits.exit_share, 1)) as quantity
    from visits
    left join exits
        on
            visits.rule_set = exits.rule_set
            and visits.fiscal_period = exits.fiscal_period
            and visits.layer = exits.layer
            and visits.object_id = exits.object_id
    group by visits.path_id

),

unsolved as (

    select
        starts.path_id,
        starts.rule_set,
        starts.fiscal_period,
        starts.sender_layer,
        starts.rule_id,
        starts.from_id
    from starts
    inner join rests on starts.path_id = rests.path_id
    group by
        starts.path_id, starts.rule_set, starts.fiscal_period, starts.sender_layer,
        starts.rule_id, starts.from_id
    having sum(starts.quantity) - max(rests.quantity) > {{ network_unit() }} * 0.000000001

),

placed_visits as (

    select
        visits.path_id,
        networked_objects.place_id,
        cast(visits.quantity as double) as quantity
    from visits
    inner join unsolved on visits.path_id = unsolved.path_id
    inner join networked_objects
        on
            visits.rule_set = networked_objects.rule_set
            and visits.fiscal_period = networked_objects.fiscal_period
            and visits.layer = networked_objects.layer
            and visits.object_id = networked_objects.object_id

),

arrivals as (

    select
        starts.path_id,
        starts.place_id,
        cast(starts.quantity as double) as quantity
    from starts
    inner join unsolved on starts.path_id = unsolved.path_id
    where starts.place_id is not null

    union all

    select
        visits.path_id,
        edges.to_place_id,
        visits.quantity * edges.share
    from placed_visits as visits
    inner join edges on visits.place_id = edges.from_place_id

    union all

    -- what was seen of them: the rest was on its way when the steps were done
    select
        path_id,
        place_id,
        -quantity
    from placed_visits

),

moving_quantities as (

    select
        path_id,
        place_id,
        sum(quantity) as quantity
    from arrivals
    group by path_id, place_id

),

largest_places as (

    select *
    from moving_quantities
    qualify
        row_number() over (partition by path_id order by quantity desc, place_id asc) = 1

)

select
    unsolved.path_id,
    unsolved.rule_set,
    unsolved.fiscal_period,
    unsolved.sender_layer,
    unsolved.rule_id,
    unsolved.from_id,
    largest_places.place_id
from unsolved
inner join largest_places on unsolved.path_id = largest_places.path_id
