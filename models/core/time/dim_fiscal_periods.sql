-- grain: one fiscal period that holds any money, plan or quantity
-- why: the one time axis of every fact and mart
-- reads: input_ledger__fiscal_calendar, journal, budget and forecast lines, quantities
-- conserves: every period that a fact names

with

calendar as (

    select
        *,
        max(period_number) over (partition by fiscal_year) as periods_in_year
    from {{ ref('input_ledger__fiscal_calendar') }}

),

used_periods as (

    select fiscal_period from {{ ref('input_ledger__journal_lines') }}
    union
    select fiscal_period from {{ ref('input_planning__budget_lines') }}
    union
    select fiscal_period from {{ ref('input_planning__forecast_lines') }}
    union
    select fiscal_period from {{ ref('input_consumption__quantities') }}

)

select
    calendar.start_date as fiscal_period,
    calendar.fiscal_year,
    calendar.period_number,
    calendar.period_name,
    cast(
        ceil(calendar.period_number * 4.0 / calendar.periods_in_year) as integer
    ) as fiscal_quarter,
    calendar.end_date,
    {{ day_count('calendar.start_date', 'calendar.end_date') }} as day_count,
    calendar.is_closed
from calendar
where calendar.start_date in (select fiscal_period from used_periods)
