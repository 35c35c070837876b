-- grain: one day of the fiscal calendar
-- why: puts the date of any event into its fiscal period
-- reads: input_ledger__fiscal_calendar
-- conserves: each day of each period once

with

calendar as (

    select * from {{ ref('input_ledger__fiscal_calendar') }}

),

day_numbers as (

    {{ numbers_to(400) }}

)

select
    {{ add_days('calendar.start_date', 'day_numbers.number') }} as day,
    calendar.start_date as fiscal_period
from calendar
inner join day_numbers
    on day_numbers.number < {{ day_count('calendar.start_date', 'calendar.end_date') }}
