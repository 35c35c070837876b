-- grain: one pair of objects of a network, the first of which pays the second, by numbers
-- why: walks join and group by single numbers; what is trapped pays nobody
-- reads: alloc_layer_edges, alloc_networked_objects, alloc_trapped_objects, alloc_network_faults
-- conserves: every edge but those of trapped objects, which stop the build

with

edges as (

    select * from {{ ref('alloc_layer_edges') }} where {{ in_stale_periods() }}

),

networked_objects as (

    select * from {{ ref('alloc_networked_objects') }} where {{ in_stale_periods() }}

),

trapped as (

    -- what the faults tell by circle; their test stops a build before this model
    select objects.*
    from {{ ref('alloc_trapped_objects') }} as objects
    inner join {{ ref('alloc_network_faults') }} as faults
        on
            objects.rule_set = faults.rule_set
            and objects.fiscal_period = faults.fiscal_period
            and objects.layer = faults.layer
            and objects.circle_id = faults.object_id
            and faults.fault = 'trapped'
    where {{ in_stale_periods('objects.fiscal_period') }}

)

select
    edges.fiscal_period,
    payers.place_id as from_place_id,
    receivers.place_id as to_place_id,
    edges.share
from edges
inner join networked_objects as payers
    on
        edges.rule_set = payers.rule_set
        and edges.fiscal_period = payers.fiscal_period
        and edges.layer = payers.layer
        and edges.from_id = payers.object_id
inner join networked_objects as receivers
    on
        edges.rule_set = receivers.rule_set
        and edges.fiscal_period = receivers.fiscal_period
        and edges.layer = receivers.layer
        and edges.to_id = receivers.object_id
left join trapped
    on
        edges.rule_set = trapped.rule_set
        and edges.fiscal_period = trapped.fiscal_period
        and edges.layer = trapped.layer
        and edges.from_id = trapped.object_id
where trapped.object_id is null
