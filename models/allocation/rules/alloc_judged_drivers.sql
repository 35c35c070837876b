-- grain: one driver
-- why: what is odd in its values, with an example of each, judged once for all rules that read it
-- reads: alloc_driver_values, alloc_objects
-- conserves: every driver that has values

with

driver_values as (

    select * from {{ ref('alloc_driver_values') }}

),

objects as (

    select distinct
        object_id,
        lower(object_id) as name
    from {{ ref('alloc_objects') }}

),

unknown_receivers as (

    select distinct
        driver_values.driver_id,
        driver_values.to_id as object_id,
        objects.object_id as alike_id
    from driver_values
    left join objects on lower(driver_values.to_id) = objects.name
    where not driver_values.is_known_receiver

),

senders as (

    select distinct
        driver_id,
        from_id
    from driver_values
    where from_id <> '*'

),

unknown_senders as (

    select
        senders.driver_id,
        senders.from_id as object_id,
        alike.object_id as alike_id
    from senders
    left join objects on senders.from_id = objects.object_id
    left join objects as alike on lower(senders.from_id) = alike.name
    where objects.object_id is null

),

-- one example each: a slip of the keyboard, if there is one
{% for end in ['receiver', 'sender'] -%}
{{ end }}_examples as (

    select *
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
        count(case when is_known_receiver then 1 end) as known_receivers,
        min(case when quantity < 0 then to_id end) as negative_receiver,
        min(case when quantity >= 1000000000000 then to_id end) as heavy_receiver
    from driver_values
    group by driver_id

)

select
    drivers.driver_id,
    drivers.known_receivers,
    drivers.negative_receiver,
    drivers.heavy_receiver,
    receiver_examples.object_id || {{ did_you_mean('receiver_examples.alike_id') }}
        as unknown_receiver,
    sender_examples.object_id || {{ did_you_mean('sender_examples.alike_id') }} as unknown_sender
from drivers
left join receiver_examples on drivers.driver_id = receiver_examples.driver_id
left join sender_examples on drivers.driver_id = sender_examples.driver_id
