-- grain: one fiscal period, employee and object that hours were spent on
-- why: labour follows the hours
-- reads: input_workforce__timesheets, dim_fiscal_days
-- conserves: the recorded hours

with

timesheets as (

    select * from {{ ref('input_workforce__timesheets') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

)

select
    fiscal_days.fiscal_period,
    timesheets.employee_id,
    timesheets.object_type,
    timesheets.object_id,
    cast(sum(timesheets.hours) as decimal(38, 12)) as hours
from timesheets
left join fiscal_days on timesheets.work_date = fiscal_days.day
group by all
