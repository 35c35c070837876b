-- grain: one rule set, fiscal period, rule, sender and receiver
-- why: a share is an interval [c0, c1) of the sender's money; the last one ends at exactly 1
-- reads: alloc_senders, alloc_weights, alloc_objects
-- conserves: every sender wholly: without weights all goes to UNALLOCATED with the reason

with

senders as (

    select * from {{ ref('alloc_senders') }}

),

weights as (

    select * from {{ ref('alloc_weights') }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

weighed_receivers as (

    select
        senders.rule_set,
        senders.fiscal_period,
        senders.rule_id,
        senders.from_id,
        senders.sender_layer,
        senders.layer_number,
        senders.method,
        senders.order_key as sender_key,
        weights.to_layer,
        weights.to_id,
        weights.driver_period,
        weights.weight,
        senders.sender_layer = weights.to_layer and senders.from_id = weights.to_id as is_itself
    from senders
    left join weights
        on
            senders.rule_set = weights.rule_set
            and senders.fiscal_period = weights.fiscal_period
            and senders.rule_id = weights.rule_id
            and senders.from_id = weights.from_id

),

receivers as (

    select
        weighed_receivers.*,
        {{ weight_units('weighed_receivers.weight') }} as units,
        {{ receiver_order('sender_key', 'objects.order_key', 'fiscal_period') }} as position
    from weighed_receivers
    inner join objects
        on
            weighed_receivers.to_layer = objects.layer
            and weighed_receivers.to_id = objects.object_id
    where weighed_receivers.weight > 0 and not weighed_receivers.is_itself

),

running_receivers as (

    select
        *,
        sum(units) over (
            partition by rule_set, fiscal_period, rule_id, from_id
            order by position, to_layer, to_id
            rows between unbounded preceding and current row
        ) as running_units,
        sum(units) over (
            partition by rule_set, fiscal_period, rule_id, from_id
        ) as total_units
    from receivers

),

senders_without_receivers as (

    select
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        sender_layer,
        layer_number,
        method,
        case
            when count(case when not is_itself then 1 end) > 0 then 'zero_weights' else
                'no_driver_data'
        end
            as reason_code,
        max(driver_period) as driver_period
    from weighed_receivers
    group by all
    having count(case when weight > 0 and not is_itself then 1 end) = 0

)

select
    rule_set,
    fiscal_period,
    rule_id,
    from_id,
    sender_layer,
    to_layer,
    to_id,
    '' as part,
    method,
    method as method_used,
    cast(null as varchar) as reason_code,
    weight,
    units,
    total_units,
    cast(running_units - units as double) / cast(total_units as double) as c0,
    cast(running_units as double) / cast(total_units as double) as c1,
    driver_period
from running_receivers

union all

select
    rule_set,
    fiscal_period,
    rule_id,
    from_id,
    sender_layer,
    case layer_number when 1 then 'resource_tower' when 2 then 'solution' else 'consumer' end,
    'UNALLOCATED',
    '' as part,
    method,
    method as method_used,
    reason_code,
    cast(0 as decimal(38, 12)),
    cast(1 as decimal(38, 0)),
    cast(1 as decimal(38, 0)),
    cast(0 as double),
    cast(1 as double),
    driver_period
from senders_without_receivers
