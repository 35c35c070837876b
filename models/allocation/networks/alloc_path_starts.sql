-- grain: one path through networks and place inside a layer where its money arrives first
-- why: where the walks through the networks start, in whole units
-- reads: alloc_path_entries, alloc_networked_objects
-- conserves: every share of a path that enters a layer; place_id is null outside its network

with

entries as (

    select * from {{ ref('alloc_path_entries') }}
    where
        {{ in_stale_periods() }}
        and is_networked
        and reason_code is null
        and to_layer <> 'consumer'

),

networked_objects as (

    select * from {{ ref('alloc_networked_objects') }} where {{ in_stale_periods() }}

)

select
    entries.path_id,
    entries.rule_set,
    entries.fiscal_period,
    entries.sender_layer,
    entries.rule_id,
    entries.from_id,
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
group by
    entries.path_id, entries.rule_set, entries.fiscal_period, entries.sender_layer,
    entries.rule_id, entries.from_id, entries.to_layer, entries.to_id, networked_objects.place_id
