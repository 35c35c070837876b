-- grain: one file of journal lines
-- why: says whether anything has changed that decides which of its lines can be used
-- reads: stg_files__journal_values, settings, calendar, currencies with a rate, accounts
-- conserves: every file of journal lines

with

named as (

    select
        *,
        case when column_name = 'period_name' then value end as named_period
    from {{ ref('stg_files__journal_values') }}

),

fiscal_days as (

    select * from {{ ref('stg_files__fiscal_days') }}

),

fiscal_periods as (

    select * from {{ ref('stg_files__fiscal_calendar') }}

),

accounts as (

    select account_id from {{ ref('stg_files__accounts') }} where reject_reason is null

),

chart as (

    select count(*) > 0 as is_delivered from accounts

),

rates as (

    select * from {{ ref('stg_files__convertible_currencies') }}

),

periods as (

    select
        named.file_name,
        named.column_name,
        named.value,
        coalesce(fiscal_periods.start_date, fiscal_days.fiscal_period) as fiscal_period
    from named
    left join fiscal_days on named.day = fiscal_days.day
    left join fiscal_periods on named.named_period = fiscal_periods.period_name
    where named.column_name in ('posting_date', 'period_name')

),

currencies as (

    select distinct
        periods.file_name,
        'currency_code' as column_name,
        named.value,
        periods.fiscal_period,
        rates.to_currency
    from periods
    inner join named
        on periods.file_name = named.file_name and named.column_name = 'currency_code'
    inner join rates
        on periods.fiscal_period = rates.fiscal_period and named.value = rates.currency_code

),

-- what each text of a file names
meanings as (

    select
        file_name,
        column_name,
        value,
        cast(fiscal_period as varchar) as meaning
    from periods

    union all

    select
        file_name,
        column_name,
        value,
        cast(fiscal_period as varchar) || ' ' || to_currency
    from currencies

    union all

    select
        named.file_name,
        named.column_name,
        named.value,
        case
            when accounts.account_id is not null then 'account'
            when chart.is_delivered then 'orphan'
        end
    from named
    cross join chart
    left join accounts on named.value = accounts.account_id
    where named.column_name = 'account_id'

    union all

    select
        files.file_name,
        'settings',
        'reporting_currency',
        settings.reporting_currency
    from {{ ref('stg_files__journal_files') }} as files
    cross join {{ ref('stg_files__settings') }} as settings

),

hashed as (

    select
        file_name,
        cast(sum({{ row_hash('meanings') }}) as varchar) as meanings_hash
    from meanings
    group by file_name

)

select
    files.file_name,
    md5(files.file_version || coalesce(hashed.meanings_hash, '')) as file_version
from {{ ref('stg_files__journal_files') }} as files
left join hashed on files.file_name = hashed.file_name
