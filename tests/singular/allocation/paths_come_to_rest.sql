-- A failure means that money was lost on its way through a network: more than a billionth of what
-- enters does not come to rest on any object. No money moved.
with

circling as (

    select
        rule_set,
        fiscal_period
    from {{ ref('alloc_slow_circles') }}

),

starts as (

    select
        path_id,
        rule_set,
        fiscal_period,
        sum(quantity) as quantity
    from {{ ref('alloc_path_starts') }}
    group by path_id, rule_set, fiscal_period

),

rests as (

    select
        visits.path_id,
        sum(visits.quantity * coalesce(exits.exit_share, 1)) as quantity
    from {{ ref('alloc_path_visits') }} as visits
    left join {{ ref('alloc_layer_exits') }} as exits
        on
            visits.rule_set = exits.rule_set
            and visits.fiscal_period = exits.fiscal_period
            and visits.layer = exits.layer
            and visits.object_id = exits.object_id
    group by visits.path_id

)

select
    starts.path_id,
    starts.rule_set,
    starts.fiscal_period,
    starts.quantity as entered,
    rests.quantity as rested
from starts
left join rests on starts.path_id = rests.path_id
where
    abs(starts.quantity - coalesce(rests.quantity, 0)) > {{ network_unit() }} * 0.000000001
    and (starts.rule_set, starts.fiscal_period) not in (
        select
            rule_set,
            fiscal_period
        from circling
    )
