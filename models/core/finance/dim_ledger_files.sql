-- grain: one file of journal lines
-- why: says whether anything has changed that its lines become in the core
-- reads: input_ledger__journal_values, rates, vendors, accounts, calendar, workspace
-- conserves: every file with a line

with

named as (

    select
        *,
        case when column_name = 'period_name' then value end as named_period
    from {{ ref('input_ledger__journal_values') }}

),

periods as (

    select distinct
        named.file_name,
        coalesce(named_periods.start_date, fiscal_days.fiscal_period) as fiscal_period
    from named
    left join {{ ref('dim_fiscal_days') }} as fiscal_days on named.day = fiscal_days.day
    left join {{ ref('input_ledger__fiscal_calendar') }} as named_periods
        on named.named_period = named_periods.period_name
    where named.column_name in ('posting_date', 'period_name')

),

-- what each text of a file becomes
meanings as (

    select
        periods.file_name,
        'rate ' || rates.currency_code as kind,
        cast(rates.fiscal_period as varchar) as value,
        cast(rates.rate as varchar) as meaning
    from periods
    inner join {{ ref('fct_exchange_rates') }} as rates
        on periods.fiscal_period = rates.fiscal_period and rates.rate_type = 'average'

    union all

    select
        named.file_name,
        'vendor_id',
        named.value,
        min(spellings.vendor)
    from named
    inner join {{ ref('bridge_vendor_spellings') }} as spellings
        on named.value = spellings.spelled_vendor_id
    where named.column_name = 'vendor_id'
    group by named.file_name, named.value

    union all

    select
        named.file_name,
        'vendor_name',
        named.value,
        min(spellings.vendor)
    from named
    inner join {{ ref('bridge_vendor_spellings') }} as spellings
        on named.value = spellings.spelled_vendor_name
    where named.column_name = 'vendor_name'
    group by named.file_name, named.value

    union all

    select
        named.file_name,
        'expense_type',
        named.value,
        accounts.expense_type
    from named
    inner join {{ ref('dim_accounts') }} as accounts on named.value = accounts.account_id
    where named.column_name = 'account_id'

    union all

    select distinct
        named.file_name,
        'setting',
        'reporting_currency',
        workspace.reporting_currency
    from named
    cross join {{ ref('input_ledger__workspace') }} as workspace

),

hashed as (

    select
        file_name,
        cast(sum({{ row_hash('meanings') }}) as varchar) as meanings_hash
    from meanings
    group by file_name

),

versions as (

    select distinct
        file_name,
        file_version
    from named

)

select
    versions.file_name,
    md5(versions.file_version || coalesce(hashed.meanings_hash, '')) as file_version
from versions
left join hashed on versions.file_name = hashed.file_name
