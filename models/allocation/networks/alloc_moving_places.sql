-- grain: one path whose money does not rest within the steps of its walk, and place where it moves
-- why: where it still moves are the circles that keep it
-- reads: alloc_path_starts, alloc_path_walks, exits, networked objects and their edges
-- conserves: every path of which more did not come to rest than what products were cut off by

with

starts as (

    select * from {{ ref('alloc_path_starts') }} where {{ in_stale_periods() }}

),

visits as (

    select * from {{ ref('alloc_path_walks') }} where {{ in_stale_periods() }}

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

payers as (

    select
        networked_objects.rule_set,
        networked_objects.fiscal_period,
        networked_objects.layer,
        networked_objects.object_id,
        count(*) as edge_count
    from edges
    inner join networked_objects on edges.from_place_id = networked_objects.place_id
    group by all

),

rests as (

    select
        visits.path_id,
        sum(visits.quantity * coalesce(exits.exit_share, 1)) as quantity,
        sum(coalesce(payers.edge_count, 0)) as edge_count
    from visits
    left join exits
        on
            visits.rule_set = exits.rule_set
            and visits.fiscal_period = exits.fiscal_period
            and visits.layer = exits.layer
            and visits.object_id = exits.object_id
    left join payers
        on
            visits.rule_set = payers.rule_set
            and visits.fiscal_period = payers.fiscal_period
            and visits.layer = payers.layer
            and visits.object_id = payers.object_id
    group by visits.path_id

),

unsolved as (

    select
        starts.path_id,
        starts.rule_set,
        starts.fiscal_period
    from starts
    inner join rests on starts.path_id = rests.path_id
    group by starts.path_id, starts.rule_set, starts.fiscal_period
    having
        sum(starts.quantity) - max(rests.quantity) > least(
            {{ network_unit() }} * 0.000000001,
            max(rests.edge_count) * ({{ network_step_limit() }} + 1)
        )

),

placed_visits as (

    select
        visits.path_id,
        networked_objects.place_id,
        visits.quantity
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
        cast(starts.quantity as {{ long_number_type() }}) as quantity,
        0 as products
    from starts
    inner join unsolved on starts.path_id = unsolved.path_id
    where starts.place_id is not null

    union all

    select
        visits.path_id,
        edges.to_place_id,
        cast(floor(visits.quantity * edges.share) as {{ long_number_type() }}),
        1
    from placed_visits as visits
    inner join edges on visits.place_id = edges.from_place_id

    union all

    -- what was seen of them: the rest was on its way when the steps were done, or was cut off
    select
        path_id,
        place_id,
        -quantity,
        0
    from placed_visits

),

moving_quantities as (

    select
        path_id,
        place_id,
        sum(quantity) as quantity
    from arrivals
    group by path_id, place_id
    having sum(quantity) > least(1000, sum(products) * {{ network_step_limit() }})

)

select
    unsolved.path_id,
    unsolved.rule_set,
    unsolved.fiscal_period,
    moving_quantities.place_id,
    cast(moving_quantities.quantity as double) as quantity
from unsolved
left join moving_quantities on unsolved.path_id = moving_quantities.path_id
