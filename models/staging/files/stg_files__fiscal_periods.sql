-- grain: one fiscal period, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.ledger__fiscal_periods
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'ledger__fiscal_periods') }}

),

typed as (

    select
        {{ as_integer('fiscal_year') }} as fiscal_year,
        {{ as_integer('period_number') }} as period_number,
        {{ as_text('period_name') }} as period_name,
        {{ as_date('start_date') }} as start_date,
        {{ as_date('end_date') }} as end_date,
        {{ as_boolean('is_closed') }} as is_closed,
        file_name,
        line_number,
        {{ delivered_texts([
            'start_date', 'end_date', 'fiscal_year', 'period_number', 'is_closed',
        ]) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['fiscal_year', 'period_number', 'start_date', 'end_date'],
            dates=['start_date', 'end_date'],
            integers=['fiscal_year', 'period_number'],
            booleans=['is_closed'],
            ordered=[('start_date', 'end_date')],
        ) }} as row_fault
    from typed

),

judged as (

    select
        *,
        coalesce(
            row_fault,
            {{ repeated_key(['fiscal_year', 'period_number'], 'row_fault') }}
        ) as fault
    from checked

),

-- a day lies in one period
overlapping as (

    select
        *,
        start_date <= max(case when fault is null then end_date end) over (
            order by start_date asc, end_date asc, file_name asc, line_number asc
            rows between unbounded preceding and 1 preceding
        ) as begins_in_another
    from judged

)

select
    fiscal_year,
    period_number,
    period_name,
    start_date,
    end_date,
    is_closed,
    file_name,
    line_number,
    case
        when fault is not null then fault
        when begins_in_another then 'overlapping_period:start_date'
    end as reject_reason
from overlapping
