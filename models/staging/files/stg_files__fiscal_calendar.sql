-- grain: one fiscal period
-- why: the calendar that every date is put into: the company's own, or made from its settings
-- reads: stg_files__fiscal_periods, stg_files__settings
-- conserves: periods that follow each other without gap or overlap

with

delivered_periods as (

    select * from {{ ref('stg_files__fiscal_periods') }} where reject_reason is null

),

numbers_from_zero as (

    {{ numbers_to(400) }}

),

settings as (

    select * from {{ ref('stg_files__settings') }}

),

year_starts as (

    select
        settings.first_fiscal_year + numbers.number as fiscal_year,
        settings.calendar_type,
        make_date(
            cast(
                settings.first_fiscal_year + numbers.number
                - case
                    when
                        settings.fiscal_year_named_after = 'end'
                        and settings.fiscal_year_start_month > 1
                        then 1
                    else 0
                end as integer
            ),
            settings.fiscal_year_start_month,
            1
        ) as first_of_month,
        case settings.week_start
            when 'monday' then 1 when 'tuesday' then 2 when 'wednesday' then 3
            when 'thursday' then 4 when 'friday' then 5 when 'saturday' then 6 else 7
        end as first_weekday
    from settings
    cross join numbers_from_zero as numbers
    where settings.first_fiscal_year + numbers.number <= settings.last_fiscal_year + 1

),

years as (

    select
        fiscal_year,
        calendar_type,
        -- week calendars start on the weekday nearest to the first, so at most three days off
        {{ add_days(
            'first_of_month',
            "case when calendar_type = 'calendar_month' then 0 "
            ~ "else 3 - (" ~ iso_weekday('first_of_month') ~ " - first_weekday + 10) % 7 end"
        ) }} as year_start
    from year_starts

),

numbered_periods as (

    select
        settings.calendar_type,
        numbers.number as period_number,
        floor((numbers.number - 1) / 3) as quarters_before,
        (numbers.number - 1) % 3 + 1 as position_in_quarter
    from settings
    cross join numbers_from_zero as numbers
    where
        numbers.number between 1 and case
            when settings.calendar_type = '13_period' then 13 else 12
        end

),

weeks_before_period as (

    -- 4-4-5 and its kin as the weeks that have passed when a period starts
    select
        calendar_type,
        period_number,
        case calendar_type
            when '13_period' then 4 * (period_number - 1)
            when '4-5-4' then 13 * quarters_before + {{ nth([0, 4, 9], 'position_in_quarter') }}
            when '5-4-4' then 13 * quarters_before + {{ nth([0, 5, 9], 'position_in_quarter') }}
            else 13 * quarters_before + {{ nth([0, 4, 8], 'position_in_quarter') }}
        end as weeks
    from numbered_periods

),

made_periods as (

    select
        years.fiscal_year,
        weeks_before_period.period_number,
        case
            when years.calendar_type = 'calendar_month'
                then {{ add_months('years.year_start', 'weeks_before_period.period_number - 1') }}
            else {{ add_days('years.year_start', '7 * weeks_before_period.weeks') }}
        end as start_date
    from years
    cross join weeks_before_period

),

made_calendar as (

    select
        fiscal_year,
        period_number,
        start_date,
        {{ add_days('lead(start_date) over (order by start_date)', '-1') }} as end_date
    from made_periods

)

select
    cast(delivered_periods.fiscal_year as integer) as fiscal_year,
    cast(delivered_periods.period_number as integer) as period_number,
    coalesce(
        delivered_periods.period_name,
        delivered_periods.fiscal_year || '-P'
        || lpad(cast(delivered_periods.period_number as varchar), 2, '0')
    ) as period_name,
    delivered_periods.start_date,
    delivered_periods.end_date,
    coalesce(delivered_periods.is_closed, false)
    or coalesce(delivered_periods.end_date <= settings.closed_through, false) as is_closed
from delivered_periods
cross join settings

union all

select
    cast(made_calendar.fiscal_year as integer),
    cast(made_calendar.period_number as integer),
    made_calendar.fiscal_year || '-P' || lpad(cast(made_calendar.period_number as varchar), 2, '0'),
    made_calendar.start_date,
    made_calendar.end_date,
    coalesce(made_calendar.end_date <= settings.closed_through, false)
from made_calendar
cross join settings
where
    made_calendar.fiscal_year <= settings.last_fiscal_year
    and not exists (select 1 from delivered_periods)
