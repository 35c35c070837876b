-- grain: one fiscal period that holds any money, plan or quantity
-- why: the one time axis of every fact and mart
-- reads: input_ledger__fiscal_calendar, journal, budget and forecast lines, quantities
-- conserves: every period that a fact names

with

calendar as (

    select
        *,
        {{ day_count('start_date', 'end_date') }} as day_count
    from {{ ref('input_ledger__fiscal_calendar') }}

),

-- a year may be delivered in part: periods of four or five weeks are twelve, or divide like them
years as (

    select
        fiscal_year,
        greatest(
            max(period_number),
            case
                when avg(day_count) between 25 and 40 then 12
                else round(365 / avg(day_count))
            end
        ) as periods_in_year
    from calendar
    group by fiscal_year

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
        ceil(calendar.period_number * 4.0 / years.periods_in_year) as integer
    ) as fiscal_quarter,
    calendar.end_date,
    calendar.day_count,
    calendar.is_closed
from calendar
inner join years on calendar.fiscal_year = years.fiscal_year
where calendar.start_date in (select fiscal_period from used_periods)
