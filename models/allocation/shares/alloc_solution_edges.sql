-- grain: one rule set, fiscal period and pair of objects of the solution layer, the first of which pays into the second
-- why: the matrix of the network: which part of everything that passes an object goes on to another one
-- reads: alloc_shares
-- conserves: shares below 1 in sum by what goes to consumers

with

shares as (

    select * from {{ ref('alloc_shares') }}

)

select
    rule_set,
    fiscal_period,
    from_id,
    to_id,
    cast(units as double) / cast(total_units as double) as share
from shares
where sender_layer = 'solution' and to_layer = 'solution'
