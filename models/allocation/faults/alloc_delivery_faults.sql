-- grain: one fault of a driver's delivery
-- why: values that nobody reads or gets are told where they stand, once for all rules
-- reads: alloc_judged_drivers, alloc_driver_readers, input_consumption__drivers
-- conserves: every such fault of a delivered driver, with the line of an example

with

drivers as (

    select * from {{ ref('alloc_judged_drivers') }}

),

readers as (

    select
        *,
        case other_rules
            when 0 then ''
            when 1 then '; one other rule reads it too'
            else '; ' || cast(other_rules as varchar) || ' other rules read it too'
        end as others
    from {{ ref('alloc_driver_readers') }}

),

-- only those of drivers that are told: there are many more
deliveries as (

    select * from {{ ref('input_consumption__drivers') }}
    where
        driver_id in (
            select driver_id from drivers
            where
                coalesce(unknown_receiver, unknown_sender, replaced_receiver) is not null
                or driver_id not in (select driver_id from readers)
        )

),

delivered_ends as (

    select
        driver_id,
        'to' as example_end,
        to_id as example_id,
        file_name,
        line_number
    from deliveries

    union all

    select
        driver_id,
        'from',
        from_id,
        file_name,
        line_number
    from deliveries

    union all

    select
        deliveries.driver_id,
        'replaced',
        deliveries.to_id,
        deliveries.file_name,
        deliveries.line_number
    from deliveries
    left join {{ ref('dim_fiscal_days') }} as fiscal_days
        on deliveries.driver_date = fiscal_days.day
    qualify
        row_number() over (
            partition by
                deliveries.driver_id, deliveries.from_id, deliveries.to_id,
                coalesce(fiscal_days.fiscal_period, deliveries.driver_date)
            order by deliveries.driver_date desc
        ) > 1

),

odd_drivers as (

    select
        'unknown_receiver' as fault,
        driver_id,
        unknown_receiver as example_id,
        'to' as example_end,
        {{ counted('receiver_values', 'value') }}
        || ' for objects that do not exist, such as '
        || unknown_receiver
        || {{ did_you_mean('receiver_alike', 'unknown_receiver') }}
        || '; they receive nothing' as message
    from drivers
    where unknown_receiver is not null

    union all

    select
        'unknown_sender',
        driver_id,
        unknown_sender,
        'from',
        {{ counted('sender_values', 'value') }}
        || ' from objects that do not exist, such as '
        || unknown_sender
        || {{ did_you_mean('sender_alike', 'unknown_sender') }}
        || '; they are never read: correct the name, or leave it empty for every sender'
    from drivers
    where unknown_sender is not null

    union all

    select
        'replaced_value',
        driver_id,
        replaced_receiver,
        'replaced',
        {{ counted('replaced_values', 'value') }}
        || ' without effect, since a later day of the same '
        || 'period has another, such as for '
        || replaced_receiver
        || ': add up what was used in a period, or leave one out'
    from drivers
    where replaced_values > 0

),

located as (

    select
        odd_drivers.fault,
        odd_drivers.driver_id,
        odd_drivers.message,
        delivered_ends.file_name,
        delivered_ends.line_number
    from odd_drivers
    left join delivered_ends
        on
            odd_drivers.driver_id = delivered_ends.driver_id
            and odd_drivers.example_end = delivered_ends.example_end
            and odd_drivers.example_id = delivered_ends.example_id
    qualify
        row_number() over (
            partition by odd_drivers.fault, odd_drivers.driver_id
            order by delivered_ends.file_name, delivered_ends.line_number
        ) = 1

),

unread as (

    select
        drivers.driver_id,
        deliveries.file_name,
        deliveries.line_number,
        'the driver '
        || drivers.driver_id
        || ' has '
        || {{ counted('drivers.known_values', 'value') }}
        || ' and is read by no rule; correct its name, or leave it out' as message
    from drivers
    left join readers on drivers.driver_id = readers.driver_id
    left join deliveries on drivers.driver_id = deliveries.driver_id
    where
        readers.driver_id is null
        and drivers.is_delivered
        and drivers.driver_id not in (select name from {{ ref('alloc_rejected_names') }})
    qualify
        row_number() over (
            partition by drivers.driver_id
            order by deliveries.file_name, deliveries.line_number
        ) = 1

)

select
    'warning' as severity,
    located.fault,
    readers.rule_set,
    readers.rule_id,
    located.file_name,
    located.line_number,
    'weighs by the driver ' || located.driver_id || ', which has ' || located.message
    || readers.others as message
from located
inner join readers on located.driver_id = readers.driver_id

union all

select
    'warning',
    'unread_driver',
    null,
    null,
    file_name,
    line_number,
    message
from unread
