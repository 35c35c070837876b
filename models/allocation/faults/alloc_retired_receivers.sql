-- grain: one rule that leaves out retired receivers, and whether anybody is left to pay
-- why: the value of a retired receiver moves to the others, or money stops for want of them
-- reads: alloc_unused_values, alloc_offers, taken offers, alloc_weights, objects, target sets
-- conserves: every such rule of the positions that were tried, with one receiver as an example

with

unused_values as (

    select * from {{ ref('alloc_unused_values') }}

),

even_offers as (

    select
        offers.*,
        offers.position < tried_positions.fallback_position as is_passed_over
    from {{ ref('alloc_offers') }} as offers
    inner join {{ ref('alloc_taken_offers') }} as tried_positions
        on
            offers.rule_set = tried_positions.rule_set
            and offers.fiscal_period = tried_positions.fiscal_period
            and offers.rule_id = tried_positions.rule_id
            and offers.from_id = tried_positions.from_id
            and offers.position <= tried_positions.fallback_position
    where offers.method_used = 'even'

),

retired_objects as (

    select * from {{ ref('alloc_objects') }} where last_day < cast('9999-12-31' as date)

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

retired_members as (

    select
        even_offers.*,
        target_members.to_id,
        target_members.last_day
    from even_offers
    inner join target_members
        on
            even_offers.target_set = target_members.target_set
            and even_offers.target_rule_set = target_members.rule_set
            and even_offers.fiscal_period > target_members.last_day

),

open_offers as (

    select distinct offer_id
    from {{ ref('alloc_weights') }}
    where weight > 0 and offer_id in (select offer_id from retired_members)

),

retired_receivers as (

    select
        unused_values.offer_id,
        unused_values.defined_in,
        unused_values.rule_id,
        unused_values.from_id,
        unused_values.fiscal_period,
        unused_values.is_passed_over,
        unused_values.method_used,
        unused_values.idle,
        unused_values.others_receive as others_pay,
        'weighs by the driver ' || unused_values.driver_id || ', which has a value for '
            as reading,
        retired_objects.object_id,
        retired_objects.last_day,
        unused_values.driver_period
    from unused_values
    inner join retired_objects
        on
            unused_values.to_id = retired_objects.object_id
            and coalesce(unused_values.to_layer, retired_objects.layer) = retired_objects.layer
            and unused_values.fiscal_period > retired_objects.last_day
            and (
                unused_values.layer_number < retired_objects.layer_number
                or unused_values.sender_layer = retired_objects.layer
            )
    left join target_members
        on
            unused_values.target_set = target_members.target_set
            and unused_values.target_rule_set = target_members.rule_set
            and retired_objects.layer = target_members.to_layer
            and retired_objects.object_id = target_members.to_id
    where unused_values.target_set is null or target_members.to_id is not null

    union all

    select
        retired_members.offer_id,
        retired_members.defined_in,
        retired_members.rule_id,
        retired_members.from_id,
        retired_members.fiscal_period,
        retired_members.is_passed_over,
        retired_members.method_used,
        retired_members.idle,
        false,
        'sends evenly to the target set ' || retired_members.target_set
        || ', a member of which is ',
        retired_members.to_id,
        retired_members.last_day,
        null
    from retired_members
    left join open_offers on retired_members.offer_id = open_offers.offer_id
    where open_offers.offer_id is null

),

examples as (

    select
        *,
        count(*) over (partition by defined_in, rule_id, others_pay) as findings
    from retired_receivers
    -- what was delivered before a receiver retired is no slip while others pay
    where not others_pay or driver_period > last_day
    qualify
        row_number() over (
            partition by defined_in, rule_id, others_pay
            order by fiscal_period, from_id, object_id, offer_id
        ) = 1

)

select
    case when others_pay then 'retired_receiver' else 'no_open_receiver' end as fault,
    defined_in,
    rule_id,
    object_id,
    reading || object_id || ', which retired on ' || cast(last_day as varchar)
    || ' and receives nothing'
    || case when from_id = '*' then '' else ' of ' || from_id end
    || ' in the period from ' || cast(fiscal_period as varchar)
    || case
        when findings > 1 then ', one of ' || cast(findings as varchar) || ' such cases' else ''
    end
    || '; '
    || case
        when others_pay and method_used = 'capacity' and idle = 'visible'
            then 'its use counts as idle capacity'
        when others_pay and method_used = 'standard_rate' then 'its use is not charged'
        when others_pay then 'the other receivers carry its part'
        when is_passed_over then 'every receiver has retired, and the next position is tried'
        when method_used = 'capacity' and idle = 'visible'
            then 'every receiver has retired, and all of the capacity is idle'
        when method_used = 'standard_rate'
            then 'every receiver has retired, and all of the cost is a variance'
        else 'every receiver has retired, and the money stays unallocated as no_driver_data'
    end
    || ': say who receives now, or correct the date' as message
from examples
