-- grain: one computed rule set, rule and reading of a driver that has a value no weight can have
-- why: a value of an object that the rule does not send to, or from, is no fault of the rule
-- reads: alloc_rule_weighings, driver deliveries and values, object candidates, target members
-- conserves: every such reading once, with the first receiver by name as an example

with

weighings as (

    select * from {{ ref('alloc_rule_weighings') }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

senders as (

    select distinct
        rule_set,
        rule_id,
        from_id
    from {{ ref('alloc_object_candidates') }}

),

odd_deliveries as (

    select * from {{ ref('alloc_driver_deliveries') }}
    where negative_receiver is not null or heavy_receiver is not null

),

odd_values as (

    select driver_values.*
    from {{ ref('alloc_driver_values') }} as driver_values
    inner join odd_deliveries
        on
            driver_values.driver_id = odd_deliveries.driver_id
            and driver_values.from_id = odd_deliveries.from_id
            and driver_values.driver_period = odd_deliveries.driver_period
    where driver_values.quantity < 0 or driver_values.quantity >= 1000000000000000

)

select
    weighings.rule_set,
    weighings.rule_id,
    weighings.reading,
    min(
        case
            when odd_values.quantity < 0
                then
                    odd_values.to_id
                    || case
                        when odd_values.from_id <> '*' then ' from ' || odd_values.from_id else ''
                    end
                    || ' in the period from ' || cast(odd_values.driver_period as varchar)
        end
    ) as negative_receiver,
    min(case when odd_values.quantity > 0 then odd_values.to_id end) as heavy_receiver
from weighings
inner join odd_values on weighings.driver_id = odd_values.driver_id
left join senders
    on
        weighings.rule_set = senders.rule_set
        and weighings.rule_id = senders.rule_id
        and odd_values.from_id = senders.from_id
left join target_members
    on
        weighings.target_rule_set = target_members.rule_set
        and weighings.target_set = target_members.target_set
        and odd_values.to_id = target_members.to_id
where
    (odd_values.from_id = '*' or senders.from_id is not null)
    and (
        weighings.target_set is null
        or target_members.to_layer = coalesce(odd_values.to_layer, target_members.to_layer)
    )
group by weighings.rule_set, weighings.rule_id, weighings.reading
