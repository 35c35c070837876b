-- grain: one driver
-- why: what is odd in its values, with an example of each, judged once for all rules that read it
-- reads: alloc_driver_deliveries, alloc_driver_values, alloc_objects
-- conserves: every driver that has values

with

deliveries as (

    select * from {{ ref('alloc_driver_deliveries') }}

),

driver_values as (

    select * from {{ ref('alloc_driver_values') }} where not is_known_receiver

),

objects as (

    select distinct
        object_id,
        lower(object_id) as name
    from {{ ref('alloc_objects') }}

),

unknown_receivers as (

    select
        driver_values.driver_id,
        driver_values.to_id as object_id,
        objects.object_id as alike_id,
        count(*) as affected_values
    from driver_values
    left join objects on lower(driver_values.to_id) = objects.name
    group by driver_values.driver_id, driver_values.to_id, objects.object_id

),

senders as (

    select
        driver_id,
        from_id,
        sum(value_count) as affected_values
    from deliveries
    where from_id <> '*'
    group by driver_id, from_id

),

unknown_senders as (

    select
        senders.driver_id,
        senders.from_id as object_id,
        alike.object_id as alike_id,
        senders.affected_values
    from senders
    left join objects on senders.from_id = objects.object_id
    left join objects as alike on lower(senders.from_id) = alike.name
    where objects.object_id is null

),

-- one example each: a slip of the keyboard, if there is one
{% for end in ['receiver', 'sender'] -%}
{{ end }}_examples as (

    select
        driver_id,
        object_id,
        alike_id,
        sum(affected_values) over (partition by driver_id) as affected_values
    from unknown_{{ end }}s
    qualify
        row_number() over (
            partition by driver_id order by alike_id is null, object_id, alike_id
        ) = 1

),

{% endfor -%}
drivers as (

    select
        driver_id,
        bool_or(is_delivered) as is_delivered,
        cast(sum(value_count) as bigint) as known_values,
        cast(sum(known_receivers) as bigint) as known_receivers,
        min(replaced_receiver) as replaced_receiver,
        cast(sum(replaced_values) as bigint) as replaced_values,
        min(driver_period) as first_period
    from deliveries
    group by driver_id

)

select
    drivers.driver_id,
    drivers.is_delivered,
    drivers.known_values,
    drivers.known_receivers,
    drivers.replaced_receiver,
    drivers.replaced_values,
    drivers.first_period,
    receiver_examples.object_id as unknown_receiver,
    receiver_examples.alike_id as receiver_alike,
    cast(coalesce(receiver_examples.affected_values, 0) as bigint) as receiver_values,
    sender_examples.object_id as unknown_sender,
    sender_examples.alike_id as sender_alike,
    cast(coalesce(sender_examples.affected_values, 0) as bigint) as sender_values
from drivers
left join receiver_examples on drivers.driver_id = receiver_examples.driver_id
left join sender_examples on drivers.driver_id = sender_examples.driver_id
