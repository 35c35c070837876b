-- grain: one path through a network and object that its money passes
-- why: most money rests after a few steps; where it circles on, alloc_circle_walks takes over
-- reads: alloc_path_starts, alloc_network_edges, alloc_networked_objects
-- conserves: the unit that enters, less what is cut off or still moves after the last step

with recursive

starts as (

    select * from {{ ref('alloc_path_starts') }} where {{ in_stale_periods() }}

),

edges as (

    select * from {{ ref('alloc_network_edges') }} where {{ in_stale_periods() }}

),

networked_objects as (

    select * from {{ ref('alloc_networked_objects') }} where {{ in_stale_periods() }}

),

-- what a network and a start in it are, whatever their month and rule set
networks as (

    select
        payers.rule_set,
        payers.fiscal_period,
        sum(
            {{ row_hash('(payers.layer, payers.object_id, receivers.object_id, edges.share)') }}
        ) as network_version
    from edges
    inner join networked_objects as payers on edges.from_place_id = payers.place_id
    inner join networked_objects as receivers on edges.to_place_id = receivers.place_id
    group by payers.rule_set, payers.fiscal_period

),

paths as (

    select
        path_id,
        rule_set,
        fiscal_period,
        sender_layer,
        rule_id,
        from_id,
        sum({{ row_hash('(layer, object_id, quantity)') }}) as start_version
    from starts
    group by path_id, rule_set, fiscal_period, sender_layer, rule_id, from_id

),

-- paths that enter equal networks alike, as in months without new drivers, are walked once
known_paths as (

    select
        paths.*,
        min(paths.path_id) over (
            partition by networks.network_version, paths.start_version
        ) as walked_path_id
    from paths
    left join networks
        on
            paths.rule_set = networks.rule_set
            and paths.fiscal_period = networks.fiscal_period

),

-- many paths walk side by side in the slots of one row: joins and groups are paid once for all
slots as (

    select
        path_id,
        cast(
            floor((row_number() over (order by path_id) - 1) / {{ slot_count() }}) as bigint
        ) as bundle,
        (row_number() over (order by path_id) - 1) % {{ slot_count() }} as slot
    from known_paths
    where path_id = walked_path_id

),

-- a step never holds more than what entered, whole numbers below 2^53: sums of doubles are exact
walks as (

    select
        slots.bundle,
        starts.place_id,
        0 as step,
        {{ in_each_slot(
            'sum(case when slots.slot = # then starts.quantity else 0 end) as quantity_#'
        ) }}
    from starts
    inner join slots on starts.path_id = slots.path_id
    where starts.place_id is not null
    group by slots.bundle, starts.place_id

    union all

    select
        walks.bundle,
        edges.to_place_id,
        walks.step + 1,
        {{ in_each_slot('sum(floor(walks.quantity_# * edges.share)) as quantity_#') }}
    from walks
    inner join edges on walks.place_id = edges.from_place_id
    where walks.step < {{ network_step_limit() }}
    group by walks.bundle, edges.to_place_id, walks.step
    having greatest({{ in_each_slot('sum(floor(walks.quantity_# * edges.share))') }}) > 0

),

walked_bundles as (

    select
        bundle,
        place_id,
        {{ in_each_slot('sum(cast(quantity_# as bigint)) as quantity_#') }}
    from walks
    group by bundle, place_id

),

walked_visits as (

    select
        slots.path_id,
        networked_objects.layer,
        networked_objects.object_id,
        case slots.slot
            {{ in_each_slot('when # then walked_bundles.quantity_#', separator=' ') }}
        end as quantity
    from walked_bundles
    inner join slots on walked_bundles.bundle = slots.bundle
    inner join networked_objects on walked_bundles.place_id = networked_objects.place_id

),

visits as (

    select
        known_paths.path_id,
        walked_visits.layer,
        walked_visits.object_id,
        cast(walked_visits.quantity as bigint) as quantity
    from walked_visits
    inner join known_paths on walked_visits.path_id = known_paths.walked_path_id
    where walked_visits.quantity > 0

    union all

    select
        path_id,
        layer,
        object_id,
        cast(quantity as bigint)
    from starts
    where place_id is null

)

select
    visits.path_id,
    paths.rule_set,
    paths.fiscal_period,
    paths.sender_layer,
    paths.rule_id,
    paths.from_id,
    visits.layer,
    visits.object_id,
    visits.quantity
from visits
inner join paths on visits.path_id = paths.path_id
