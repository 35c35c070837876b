-- grain: one path, place where its money comes to rest and part of the cost
-- why: first receivers and network in one share: each sender's money is rounded once, to the cent
-- reads: alloc_path_entries, alloc_path_visits, exits, alloc_slow_circles, alloc_objects
-- conserves: every path wholly: its intervals meet and end at exactly 1

-- its test stops the build before money moves: depends_on: {{ ref('alloc_slow_circles') }}

with

entries as (

    select * from {{ ref('alloc_path_entries') }} where {{ in_stale_periods() }}

),

visits as (

    select * from {{ ref('alloc_path_visits') }} where {{ in_stale_periods() }}

),

exits as (

    select * from {{ ref('alloc_layer_exits') }} where {{ in_stale_periods() }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

rests as (

    select
        visits.path_id,
        visits.rule_set,
        visits.fiscal_period,
        visits.sender_layer,
        visits.rule_id,
        visits.from_id,
        visits.layer as to_layer,
        visits.object_id as to_id,
        cast(null as varchar) as reason_code,
        cast(floor(visits.quantity * coalesce(exits.exit_share, 1)) as bigint) as weight
    from visits
    left join exits
        on
            visits.rule_set = exits.rule_set
            and visits.fiscal_period = exits.fiscal_period
            and visits.layer = exits.layer
            and visits.object_id = exits.object_id

    union all

    -- what passes the layers with networks, or stops
    select
        path_id,
        rule_set,
        fiscal_period,
        sender_layer,
        rule_id,
        from_id,
        to_layer,
        to_id,
        reason_code,
        cast(floor(sum(share) * {{ network_unit() }} + 0.5) as bigint)
    from entries
    where is_networked and (to_layer = 'consumer' or reason_code is not null)
    group by
        path_id, rule_set, fiscal_period, sender_layer, rule_id, from_id, to_layer, to_id,
        reason_code

),

placed_rests as (

    select
        rests.*,
        {{ order_key("case when rests.from_id = '*' then rests.rule_id else rests.from_id end") }}
            as sender_key,
        coalesce(objects.order_key, 0) as receiver_key
    from rests
    left join objects on rests.to_layer = objects.layer and rests.to_id = objects.object_id
    where rests.weight > 0

),

running_rests as (

    select
        *,
        sum(weight) over (
            partition by path_id
            order by
                {{ receiver_order('sender_key', 'receiver_key', 'fiscal_period') }},
                to_layer, to_id
            rows between unbounded preceding and current row
        ) as running_weight,
        sum(weight) over (partition by path_id) as total_weight
    from placed_rests

)

select
    path_id,
    rule_set,
    fiscal_period,
    sender_layer,
    rule_id,
    from_id,
    part,
    to_layer,
    to_id,
    reason_code,
    share,
    c0,
    c1
from entries
where not is_networked

union all

select
    path_id,
    rule_set,
    fiscal_period,
    sender_layer,
    rule_id,
    from_id,
    '' as part,
    to_layer,
    to_id,
    reason_code,
    {{ share_of('weight', network_unit()) }} as share,
    {{ share_of('running_weight - weight', 'total_weight') }} as c0,
    {{ share_of('running_weight', 'total_weight') }} as c1
from running_rests
