-- grain: one value of an allocation driver, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.consumption__drivers
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'consumption__drivers') }}

),

typed as (

    select
        {{ as_text('driver_id') }} as driver_id,
        {{ as_date('driver_date') }} as driver_date,
        coalesce({{ as_text('from_id') }}, '*') as from_id,
        {{ as_text('to_id') }} as to_id,
        {{ as_number('quantity') }} as quantity,
        {{ as_text('unit') }} as unit,
        file_name,
        line_number,
        {{ delivered_texts(['driver_date', 'quantity']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['driver_id', 'driver_date', 'to_id', 'quantity'],
            dates=['driver_date'],
            numbers=['quantity'],
            not_negative=['quantity'],
        ) }} as row_fault
    from typed

),

units as (

    -- gigabytes and terabytes do not add up: the unit of most rows is the driver's
    select
        driver_id,
        unit
    from checked
    where row_fault is null and unit is not null
    group by driver_id, unit
    qualify row_number() over (partition by driver_id order by count(*) desc, unit) = 1

),

judged as (

    select
        checked.*,
        case
            when checked.row_fault is not null then checked.row_fault
            when checked.unit <> units.unit then 'mixed_units:unit'
            {{ reject_unknown_period('driver_date', ref('stg_files__fiscal_days')) }}
        end as fault
    from checked
    left join units on checked.driver_id = units.driver_id

)

select
    driver_id,
    driver_date,
    from_id,
    to_id,
    quantity,
    unit,
    file_name,
    line_number,
    coalesce(
        fault,
        {{ repeated_key(['driver_id', 'driver_date', 'from_id', 'to_id'], 'fault') }}
    ) as reject_reason
from judged
