-- grain: one day of the fiscal calendar
-- why: puts a date into its period with an equal join
-- reads: stg_files__fiscal_calendar
-- conserves: each day of each period once

with

periods as (

    select * from {{ ref('stg_files__fiscal_calendar') }}

),

day_numbers as (

    {{ numbers_to(400) }}

),

days as (

    select
        {{ add_days('periods.start_date', 'day_numbers.number') }} as day,
        min(periods.start_date) as fiscal_period
    from periods
    inner join day_numbers
        on day_numbers.number <= {{ day_count('periods.start_date', 'periods.end_date') }} - 1
    group by all

)

select
    day,
    fiscal_period
from days
