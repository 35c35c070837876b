-- grain: one rule set, fiscal period, object of the solution layer and consumer
-- why: what rests on an object goes to consumers only; shares are counted among them
-- reads: alloc_shares
-- conserves: every object that hands anything to consumers, wholly

with

shares as (

    select * from {{ ref('alloc_shares') }}
    where sender_layer = 'solution' and to_layer = 'consumer'

),

running_shares as (

    select
        *,
        sum(units) over (
            partition by rule_set, fiscal_period, from_id
            order by c0, to_id
            rows between unbounded preceding and current row
        ) as running_units,
        sum(units) over (partition by rule_set, fiscal_period, from_id) as leaving_units
    from shares

)

select
    rule_set,
    fiscal_period,
    rule_id,
    from_id as service_id,
    to_id,
    method,
    reason_code,
    weight,
    cast(running_units - units as double) / cast(leaving_units as double) as c0,
    cast(running_units as double) / cast(leaving_units as double) as c1,
    driver_period
from running_shares
