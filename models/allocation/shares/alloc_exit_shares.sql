-- grain: one rule set, fiscal period, object of a layer, rule, receiver and part of the cost
-- why: what rests on an object leaves its layer; shares are counted among receivers outside it
-- reads: alloc_shares
-- conserves: every object that hands anything on past its layer, wholly

with

shares as (

    select * from {{ ref('alloc_shares') }}
    where
        {{ in_stale_periods() }}
        and sender_layer <> 'cost_pool'
        and (sender_layer <> to_layer or reason_code is not null)

),

running_shares as (

    select
        *,
        sum(units) over (
            partition by rule_set, fiscal_period, sender_layer, from_id, rule_id
            order by c0, to_layer, to_id
            rows between unbounded preceding and current row
        ) as running_units,
        sum(units) over (
            partition by rule_set, fiscal_period, sender_layer, from_id, rule_id
        ) as leaving_units
    from shares

)

select
    rule_set,
    fiscal_period,
    sender_layer as layer,
    from_id,
    rule_id,
    part,
    to_layer,
    to_id,
    method,
    method_used,
    reason_code,
    weight,
    units,
    leaving_units as total_units,
    cast(running_units - units as double) / cast(leaving_units as double) as c0,
    cast(running_units as double) / cast(leaving_units as double) as c1,
    driver_period
from running_shares
