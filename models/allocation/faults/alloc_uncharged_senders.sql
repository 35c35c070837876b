-- grain: one rule by a standard rate and sender of which no use is known in some period
-- why: without use nothing is charged, and a variance hides that a delivery is missing
-- reads: alloc_offers, alloc_weights, alloc_driver_versions
-- conserves: every such sender, with the first period; a driver without any value is told elsewhere

with

offers as (

    select * from {{ ref('alloc_offers') }} where method_used = 'standard_rate'

),

charged_offers as (

    select distinct offer_id from {{ ref('alloc_weights') }}
    where weight > 0 and not is_left_out and offer_id in (select offer_id from offers)

),

uncharged as (

    select
        offers.defined_in,
        offers.rule_id,
        offers.driver_id,
        offers.from_id,
        min(offers.fiscal_period) as first_period,
        count(distinct offers.fiscal_period) as periods
    from offers
    left join charged_offers on offers.offer_id = charged_offers.offer_id
    where
        charged_offers.offer_id is null
        and offers.driver_id in (select driver_id from {{ ref('alloc_driver_versions') }})
    group by offers.defined_in, offers.rule_id, offers.driver_id, offers.from_id

)

select
    'nothing_charged' as fault,
    defined_in,
    rule_id,
    from_id as object_id,
    'finds no use of ' || case from_id when '*' then 'the cost pool' else from_id end
    || ' by the driver ' || driver_id || ' in ' || cast(periods as varchar)
    || ' of the periods, first in that from ' || cast(first_period as varchar)
    || '; nothing is charged there and all of its cost is a variance: deliver the use' as message
from uncharged
