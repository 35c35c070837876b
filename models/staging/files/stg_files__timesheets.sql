-- grain: hours of one employee in a period on one object, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.workforce__timesheets
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'workforce__timesheets') }}

),

typed as (

    select
        {{ as_text('timesheet_id') }} as timesheet_id,
        {{ as_text('employee_id') }} as employee_id,
        {{ as_date('work_date') }} as work_date,
        {{ as_code('object_type', ['tower', 'service', 'application', 'project']) }} as object_type,
        {{ as_text('object_id') }} as object_id,
        {{ as_number('hours') }} as hours,
        file_name,
        line_number,
        {{ delivered_texts(['work_date', 'hours']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=[
                'timesheet_id', 'employee_id', 'work_date', 'object_type',
                'object_id', 'hours'
            ],
            dates=['work_date'],
            numbers=['hours'],
            codes={
                'object_type': ['tower', 'service', 'application', 'project'],
            },
            not_negative=['hours'],
        ) }} as row_fault
    from typed

),

judged as (

    select
        *,
        case
            when row_fault is not null then row_fault
            {{ reject_unknown_period('work_date', ref('stg_files__fiscal_days')) }}
            {{ reject_orphan('employee_id', ref('stg_files__employees'), 'employee_id') }}
        end as fault
    from checked

)

select
    timesheet_id,
    employee_id,
    work_date,
    object_type,
    object_id,
    hours,
    file_name,
    line_number,
    coalesce(fault, {{ repeated_key(['timesheet_id'], 'fault') }}) as reject_reason
from judged
