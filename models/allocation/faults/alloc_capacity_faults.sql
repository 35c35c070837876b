-- grain: one rule and object used above its capacity, or with a cost or charge below nothing
-- why: a capacity or a charge that cannot be right is worth a look before the bill is sent
-- reads: alloc_offers, alloc_weights, alloc_taken_offers
-- conserves: every such use of the positions that were taken, with its worst or first period

with

offers as (

    select * from {{ ref('alloc_offers') }}
    where method_used in ('capacity', 'cloud_usage', 'proportional')

),

taken_positions as (

    select * from {{ ref('alloc_taken_offers') }}
    where method_used in ('capacity', 'cloud_usage', 'proportional')

),

taken_offers as (

    select offers.*
    from offers
    inner join taken_positions
        on
            offers.rule_set = taken_positions.rule_set
            and offers.fiscal_period = taken_positions.fiscal_period
            and offers.rule_id = taken_positions.rule_id
            and offers.from_id = taken_positions.from_id
            and offers.position = taken_positions.fallback_position

),

weights as (

    select * from {{ ref('alloc_weights') }}
    where offer_id in (select offer_id from taken_offers)

),

uses as (

    select
        taken_offers.offer_id,
        sum(greatest(weights.weight, 0)) as used
    from taken_offers
    inner join weights on taken_offers.offer_id = weights.offer_id
    where taken_offers.method_used = 'capacity'
    group by taken_offers.offer_id

),

-- rule sets that share a rule share its use
capacities as (

    select
        taken_offers.defined_in,
        taken_offers.rule_id,
        taken_offers.from_id,
        taken_offers.fiscal_period,
        max(taken_offers.capacity) as capacity,
        max(uses.used) as used
    from taken_offers
    inner join uses on taken_offers.offer_id = uses.offer_id
    where taken_offers.method_used = 'capacity'
    group by
        taken_offers.defined_in, taken_offers.rule_id, taken_offers.from_id,
        taken_offers.fiscal_period

),

-- the period in which most is used stands for the others
overused as (

    select
        *,
        count(*) over (partition by defined_in, rule_id, from_id) as periods
    from capacities
    where used > capacity
    qualify
        row_number() over (
            partition by defined_in, rule_id, from_id
            order by used / capacity desc, fiscal_period
        ) = 1

),

negative as (

    select
        taken_offers.defined_in,
        taken_offers.rule_id,
        taken_offers.method_used,
        taken_offers.driver_id,
        weights.to_id,
        min(taken_offers.fiscal_period) as first_period,
        count(distinct taken_offers.fiscal_period) as periods
    from taken_offers
    inner join weights on taken_offers.offer_id = weights.offer_id
    where taken_offers.method_used <> 'capacity' and weights.weight < 0
    group by
        taken_offers.defined_in, taken_offers.rule_id, taken_offers.method_used,
        taken_offers.driver_id, weights.to_id

)

select
    'use_above_capacity' as fault,
    defined_in,
    rule_id,
    from_id as object_id,
    'finds ' || cast(cast(used as decimal(24, 2)) as varchar) || ' used of the '
    || cast(cast(capacity as decimal(24, 2)) as varchar) || ' that '
    || case from_id when '*' then 'the cost pool' else from_id end
    || ' has in the period from ' || cast(fiscal_period as varchar)
    || case when periods > 1 then ', and too much in others' else '' end
    || '; nothing is idle and the users carry all: correct the capacity or the use' as message
from overused

union all

select
    case method_used when 'proportional' then 'negative_cost' else 'negative_cloud_use' end,
    defined_in,
    rule_id,
    to_id,
    'finds less than nothing charged to ' || to_id || ' by '
    || case
        when method_used = 'proportional' then 'the other rules of cost pools'
        else coalesce('the provider ' || driver_id, 'all providers')
    end || ' in '
    || cast(periods as varchar) || ' of the periods, first in that from '
    || cast(first_period as varchar)
    || '; there it counts as nothing: look for credits that belong to another period'
from negative
