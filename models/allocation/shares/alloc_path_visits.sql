-- grain: one path through a network and object that its money passes
-- why: how much of the money passes each object: the rows of the inverse that are needed
-- reads: alloc_path_entries, alloc_network_edges, alloc_networked_objects
-- conserves: the unit that enters, less what is cut off behind its fifteenth decimal

with recursive

entries as (

    select * from {{ ref('alloc_path_entries') }}
    where {{ in_stale_periods() }} and is_networked

),

edges as (

    select * from {{ ref('alloc_network_edges') }} where {{ in_stale_periods() }}

),

networked_objects as (

    select * from {{ ref('alloc_networked_objects') }} where {{ in_stale_periods() }}

),

first_visits as (

    select
        entries.path_id,
        entries.rule_set,
        entries.fiscal_period,
        entries.to_layer as layer,
        entries.to_id as object_id,
        networked_objects.place_id,
        floor(sum(entries.share) * {{ network_unit() }} + 0.5) as quantity
    from entries
    left join networked_objects
        on
            entries.rule_set = networked_objects.rule_set
            and entries.fiscal_period = networked_objects.fiscal_period
            and entries.to_layer = networked_objects.layer
            and entries.to_id = networked_objects.object_id
    where entries.reason_code is null and entries.to_layer <> 'consumer'
    group by
        entries.path_id, entries.rule_set, entries.fiscal_period, entries.to_layer, entries.to_id,
        networked_objects.place_id

),

-- what a network and an entry into it are, whatever their month and rule set
named_edges as (

    select
        payers.rule_set,
        payers.fiscal_period,
        payers.layer,
        payers.object_id as from_id,
        receivers.object_id as to_id,
        edges.share
    from edges
    inner join networked_objects as payers on edges.from_place_id = payers.place_id
    inner join networked_objects as receivers on edges.to_place_id = receivers.place_id

),

networks as (

    select
        rule_set,
        fiscal_period,
        sum({{ row_hash('(layer, from_id, to_id, share)') }}) as network_version
    from named_edges
    group by rule_set, fiscal_period

),

entry_versions as (

    select
        path_id,
        rule_set,
        fiscal_period,
        sum({{ row_hash('(layer, object_id, quantity)') }}) as entry_version
    from first_visits
    group by path_id, rule_set, fiscal_period

),

-- paths that enter equal networks alike, as in months without new drivers, are walked once
walked_paths as (

    select
        entry_versions.path_id,
        min(entry_versions.path_id) over (
            partition by networks.network_version, entry_versions.entry_version
        ) as walked_path_id
    from entry_versions
    left join networks
        on
            entry_versions.rule_set = networks.rule_set
            and entry_versions.fiscal_period = networks.fiscal_period

),

-- a step never holds more than what entered, whole numbers below 2^53: sums of doubles are exact
walks as (

    select
        first_visits.path_id,
        first_visits.place_id,
        0 as step,
        first_visits.quantity
    from first_visits
    inner join walked_paths on first_visits.path_id = walked_paths.path_id
    where
        first_visits.place_id is not null
        and walked_paths.path_id = walked_paths.walked_path_id

    union all

    select
        walks.path_id,
        edges.to_place_id,
        walks.step + 1,
        sum(floor(walks.quantity * edges.share))
    from walks
    inner join edges on walks.place_id = edges.from_place_id
    where walks.step < {{ network_step_limit() }}
    group by walks.path_id, edges.to_place_id, walks.step
    having sum(floor(walks.quantity * edges.share)) > 0

),

walked_visits as (

    select
        walks.path_id,
        networked_objects.layer,
        networked_objects.object_id,
        cast(sum(cast(walks.quantity as bigint)) as bigint) as quantity
    from walks
    inner join networked_objects on walks.place_id = networked_objects.place_id
    group by walks.path_id, networked_objects.layer, networked_objects.object_id

),

passed as (

    select
        walked_paths.path_id,
        visits.layer,
        visits.object_id,
        visits.quantity
    from walked_visits as visits
    inner join walked_paths on visits.path_id = walked_paths.walked_path_id

    union all

    select
        path_id,
        layer,
        object_id,
        cast(quantity as bigint) as quantity
    from first_visits
    where place_id is null

),

paths as (

    select distinct
        path_id,
        rule_set,
        fiscal_period,
        sender_layer,
        rule_id,
        from_id
    from entries

)

select
    passed.path_id,
    paths.rule_set,
    paths.fiscal_period,
    paths.sender_layer,
    paths.rule_id,
    paths.from_id,
    passed.layer,
    passed.object_id,
    passed.quantity
from passed
inner join paths on passed.path_id = paths.path_id
