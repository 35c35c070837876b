-- grain: one path through a network and object that its money passes
-- why: how much of the money passes each object: the rows of the inverse that are needed
-- reads: alloc_path_entries, alloc_layer_edges, alloc_objects, alloc_network_faults
-- conserves: the unit that enters, less what is cut off behind its fifteenth decimal

with recursive

entries as (

    select * from {{ ref('alloc_path_entries') }} where is_networked

),

edges as (

    select * from {{ ref('alloc_layer_edges') }}

),

trapped as (

    select * from {{ ref('alloc_network_faults') }} where fault = 'trapped'

),

nodes as (

    select
        layer,
        object_id,
        row_number() over (order by layer, object_id) as node_number
    from {{ ref('alloc_objects') }}

),

networks as (

    select
        rule_set,
        fiscal_period,
        row_number() over (order by fiscal_period, rule_set) as network_number
    from edges
    group by rule_set, fiscal_period

),

numbered_paths as (

    select
        entries.rule_set,
        entries.fiscal_period,
        entries.sender_layer,
        entries.rule_id,
        entries.from_id,
        networks.network_number,
        row_number() over (
            order by
                entries.fiscal_period, entries.rule_set, entries.sender_layer,
                entries.rule_id, entries.from_id
        ) as path_number
    from entries
    inner join networks
        on
            entries.rule_set = networks.rule_set
            and entries.fiscal_period = networks.fiscal_period
    group by
        entries.rule_set, entries.fiscal_period, entries.sender_layer, entries.rule_id,
        entries.from_id, networks.network_number

),

numbered_entries as (

    select
        paths.path_number,
        paths.network_number,
        nodes.node_number,
        sum(entries.share) as share
    from entries
    inner join numbered_paths as paths
        on
            entries.rule_set = paths.rule_set
            and entries.fiscal_period = paths.fiscal_period
            and entries.sender_layer = paths.sender_layer
            and entries.rule_id = paths.rule_id
            and entries.from_id = paths.from_id
    inner join nodes on entries.to_layer = nodes.layer and entries.to_id = nodes.object_id
    where entries.reason_code is null and entries.to_layer <> 'consumer'
    group by paths.path_number, paths.network_number, nodes.node_number

),

open_edges as (

    select
        networks.network_number,
        payers.node_number as from_number,
        receivers.node_number as to_number,
        edges.share
    from edges
    inner join networks
        on edges.rule_set = networks.rule_set and edges.fiscal_period = networks.fiscal_period
    inner join nodes as payers on edges.layer = payers.layer and edges.from_id = payers.object_id
    inner join nodes as receivers
        on edges.layer = receivers.layer and edges.to_id = receivers.object_id
    left join trapped
        on
            edges.rule_set = trapped.rule_set
            and edges.fiscal_period = trapped.fiscal_period
            and edges.layer = trapped.layer
            and edges.from_id = trapped.object_id
    where trapped.object_id is null

),

walks as (

    select
        path_number,
        network_number,
        node_number,
        0 as step,
        cast(floor(share * {{ network_unit() }} + 0.5) as bigint) as quantity
    from numbered_entries

    union all

    select
        walks.path_number,
        walks.network_number,
        edges.to_number,
        walks.step + 1,
        cast(sum(cast(floor(walks.quantity * edges.share) as bigint)) as bigint)
    from walks
    inner join open_edges as edges
        on
            walks.network_number = edges.network_number
            and walks.node_number = edges.from_number
    where walks.step < {{ network_step_limit() }}
    group by walks.path_number, walks.network_number, edges.to_number, walks.step
    having sum(cast(floor(walks.quantity * edges.share) as bigint)) > 0

),

passed as (

    select
        path_number,
        node_number,
        cast(sum(quantity) as bigint) as quantity
    from walks
    group by path_number, node_number

)

select
    paths.rule_set,
    paths.fiscal_period,
    paths.sender_layer,
    paths.rule_id,
    paths.from_id,
    nodes.layer,
    nodes.object_id,
    passed.quantity
from passed
inner join numbered_paths as paths on passed.path_number = paths.path_number
inner join nodes on passed.node_number = nodes.node_number
