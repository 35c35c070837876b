-- grain: one rule set, period and pair of solutions, the first of which pays the second
-- why: the matrix of the network of services
-- reads: alloc_shares
-- conserves: below 1 in sum for each payer, by what goes to consumers

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
