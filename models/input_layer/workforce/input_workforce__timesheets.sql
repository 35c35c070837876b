-- grain: hours of one employee in a period on one object
-- why: the contract for workforce.timesheets: rows that can be used, from whatever system
-- reads: stg_files__timesheets
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__timesheets') }}

)

select
    timesheet_id,
    employee_id,
    work_date,
    object_type,
    object_id,
    hours,
    file_name,
    line_number
from staged
where reject_reason is null
