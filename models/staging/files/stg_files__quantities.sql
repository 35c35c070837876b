-- grain: one quantity that arose somewhere, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.consumption__quantities
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'consumption__quantities') }}

),

fiscal_days as (

    select * from {{ ref('stg_files__fiscal_days') }}

),

typed as (

    select
        {{ as_text('quantity_id') }} as quantity_id,
        {{ as_text('measure') }} as measure,
        {{ as_text('unit') }} as unit,
        {{ as_date('quantity_date') }} as quantity_date,
        {{ as_text('account_id') }} as account_id,
        {{ as_text('cost_center_id') }} as cost_center_id,
        {{ as_text('vendor_id') }} as vendor_id,
        {{ as_text('vendor_name') }} as vendor_name,
        {{ as_text('project_id') }} as project_id,
        {{ as_text('service_id') }} as service_id,
        {{ as_text('application_id') }} as application_id,
        {{ as_text('consumer_id') }} as consumer_id,
        {{ as_code('expense_type', ['OpEx', 'CapEx']) }} as expense_type,
        {{ as_text('entry_type') }} as entry_type,
        {{ as_text('description') }} as description,
        {{ as_number('quantity') }} as quantity,
        file_name,
        line_number,
        {{ delivered_texts(['quantity_date', 'quantity']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=[
                'quantity_id', 'measure', 'unit', 'quantity_date', 'account_id', 'quantity'
            ],
            dates=['quantity_date'],
            numbers=['quantity'],
            codes={
                'expense_type': ['OpEx', 'CapEx'],
            },
        ) }} as row_fault
    from typed

),

units as (

    -- kilograms and tonnes do not add up: the unit of most rows is the measure's
    select
        measure,
        unit
    from checked
    where row_fault is null
    group by measure, unit
    qualify row_number() over (partition by measure order by count(*) desc, unit) = 1

),

judged as (

    select
        checked.*,
        fiscal_days.fiscal_period,
        case
            when checked.row_fault is not null then checked.row_fault
            when lower(checked.measure) = 'amount' then 'reserved_name:measure'
            when abs(checked.quantity) >= 1000000000000 then 'too_large:quantity'
            when fiscal_days.fiscal_period is null then 'unknown_period:quantity_date'
            when checked.unit <> units.unit then 'mixed_units:unit'
            {{ reject_orphan('account_id', ref('stg_files__accounts'), 'account_id') }}
        end as fault
    from checked
    left join fiscal_days on checked.quantity_date = fiscal_days.day
    left join units on checked.measure = units.measure

)

select
    quantity_id,
    measure,
    unit,
    quantity_date,
    fiscal_period,
    account_id,
    cost_center_id,
    vendor_id,
    vendor_name,
    project_id,
    service_id,
    application_id,
    consumer_id,
    expense_type,
    entry_type,
    description,
    quantity,
    file_name,
    line_number,
    coalesce(fault, {{ repeated_key(['quantity_id'], 'fault') }}) as reject_reason
from judged
