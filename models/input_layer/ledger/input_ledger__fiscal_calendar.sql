-- grain: one fiscal period
-- why: the calendar that holds, delivered by the company or made from its settings
-- reads: stg_files__fiscal_calendar
-- conserves: every period

with

calendar as (

    select * from {{ ref('stg_files__fiscal_calendar') }}

)

select
    fiscal_year,
    period_number,
    period_name,
    start_date,
    end_date,
    is_closed
from calendar
