"""The general ledger of IT: what was spent, month by month, and the awkward things in it.

A *stream* is something that is bought again and again: an account, a cost centre, a supplier, a
yearly amount in the currency of the books, how many lines a month, and how they are described.
Payroll streams come from the positions, depreciation from the assets, cloud lines from the bills,
project streams from the projects. The lines of a month are drawn around the stream's amount.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from itfm.demo.sql import quoted, table_from_list

# how many lines name an application that does not exist
UNKNOWN_TAGS = 4

# Lines of one month, numbered within it; the amount lies around the stream's share of the month.
MONTH_LINES = """
create or replace temp table month_lines as
with due as (
    select
        t.*,
        sum(t.lines) over (order by t.stream_id) - t.lines as lines_before,
        coalesce(g.picks, 1) as picks
    from stream_months as t
    left join vendor_picks as g on t.vendor_group = g.vendor_group and g.pick = 0
    where t.idx = $idx
),

numbered as (
    select stream_id, unnest(generate_series(1::bigint, lines)) as line
    from due
),

mixed as (
    select
        stream_id,
        line,
        concat(getvariable('seed'), '|', $idx::integer, '|', stream_id, '|', line) as key,
        md5_number_lower(key) as bits,
        md5_number_upper(key) as more_bits
    from numbered
),

drawn as (
    select
        due.*,
        mixed.line,
        mixed.bits,
        mixed.more_bits,
        ((mixed.bits >> 23) % due.picks::ubigint)::integer as vendor_pick
    from mixed
    inner join due on mixed.stream_id = due.stream_id
)

select
    d.lines_before + d.line as line,
    d.stream_id,
    (d.lines_before + d.line - (d.line - 1) % d.lines_a_document) as document,
    case d.entry_type
        when 'payroll' then d.fiscal_period + 24
        when 'depreciation' then d.end_date
        when 'cloud' then d.next_period + 2
        else working_day((d.fiscal_period + pick(d.more_bits, 0, d.days))::date)
    end as document_date,
    d.entry_type = 'cloud' or (d.entry_type = 'invoice' and draw(d.more_bits, 1) < 0.01)
    as is_late,
    1 + pick(d.more_bits, 2, 6) as days_late,
    v.vendor_id,
    v.vendor_name,
    d.is_exact,
    d.entry_type = 'invoice' and not d.is_exact
    and (d.more_bits >> 43) % 10000 between 9800 and 9950 as is_by_card,
    case when d.is_exact then d.amount
        else greatest(0.01, abs(d.amount) / d.lines * spread(d.bits, d.sigma)) * sign(d.amount)
    end::decimal(18, 2) as amount,
    10000 + (d.bits >> 40) % 90000 as reference,
    (d.more_bits >> 43) % 10000 as lot
from drawn as d
left join vendor_picks as v
    on d.vendor_group = v.vendor_group
    and d.vendor_pick = v.pick
"""

# Reversals, credit notes and releases come from the lines of the month: the lot that each line
# has drawn says what befalls it. Reversals and releases stand in the next month.
FOLLOW_UPS = """
create or replace temp table follow_ups as
select
    l.*,
    case
        when s.entry_type = 'accrual' then 'accrual_release'
        when s.entry_type = 'invoice' and l.lot < 25 then 'reversal'
        when s.entry_type = 'invoice' and l.lot < 75 then 'credit_note'
    end as follow_up
from month_lines as l
inner join stream_details as s on l.stream_id = s.stream_id
where not l.is_exact
    and (s.entry_type = 'accrual' or s.entry_type = 'invoice' and l.lot < 75)
"""

LINE_COLUMNS = """
    line_id, document_id, posting_date, period_name, document_date, account_id, cost_center_id,
    vendor_id, vendor_name, project_id, service_id, application_id, consumer_id, contract_id,
    asset_id, legal_entity_id, expense_type, entry_type, reverses_line_id, description, amount,
    currency_code
"""

# The month as it is delivered: its own lines, what follows from them, what follows from last month.
MONTH_JOURNAL = """
create or replace temp table month_journal as
with every_line as (
    select l.*, null as follow_up, $idx as origin_idx, l.line as place
    from month_lines as l
    union all
    select f.*, $idx, 100000000 + f.line
    from follow_ups as f
    where f.follow_up = 'credit_note'
    union all
    select f.*, $idx - 1, 200000000 + f.line
    from carried_over as f
)

select
    concat('JL', m.month_code, '-', lpad(e.place::varchar, 9, '0')) as line_id,
    concat('D', m.month_code, '-', lpad((e.place - e.line + e.document)::varchar, 9, '0'))
    as document_id,
    case
        when e.follow_up = 'accrual_release' then m.fiscal_period
        when e.follow_up = 'reversal' then working_day((m.fiscal_period + e.days_late)::date)
        when e.follow_up = 'credit_note' then m.end_date
        when s.entry_type = 'accrual' then m.end_date
        when e.is_late then working_day((m.next_period + e.days_late)::date)
        else e.document_date
    end as posting_date,
    case when e.follow_up is null and e.is_late then m.period_name end as period_name,
    case when s.entry_type in ('invoice', 'cloud') then e.document_date end as document_date,
    s.account_id,
    if(e.lot >= 9995 and s.entry_type = 'invoice', null, s.cost_center_id) as cost_center_id,
    -- purchasing cards write the supplier's name and know no vendor number
    if(e.is_by_card, null, e.vendor_id) as vendor_id,
    if(e.is_by_card, e.vendor_name, null) as vendor_name,
    s.project_id,
    s.service_id,
    s.application_id,
    s.consumer_id,
    s.contract_id,
    s.asset_id,
    s.legal_entity_id,
    s.expense_type,
    case when e.follow_up is not null then e.follow_up
        when s.entry_type = 'cloud' then 'invoice' else s.entry_type end as entry_type,
    case when e.follow_up in ('reversal', 'accrual_release') then
        concat('JL', o.month_code, '-', lpad(e.line::varchar, 9, '0')) end as reverses_line_id,
    concat(
        case e.follow_up
            when 'reversal' then 'Reversal, posted in error: '
            when 'credit_note' then 'Credit note: '
            when 'accrual_release' then 'Release of '
            else ''
        end,
        replace(replace(s.description, '{n}', e.reference::varchar), '{month}', o.month_text)
    ) as description,
    case e.follow_up
        when 'reversal' then -e.amount
        when 'accrual_release' then -e.amount
        when 'credit_note' then -(e.amount * (10 + e.lot)::integer / 100)::decimal(18, 2)
        else e.amount
    end as amount,
    s.currency_code
from every_line as e
inner join stream_details as s on e.stream_id = s.stream_id
inner join month_codes as m on m.idx = $idx
inner join month_codes as o on o.idx = e.origin_idx
"""


def create_lists(con: duckdb.DuckDBPyConnection) -> None:
    """Create the lists of purchases and seasons that contracts and streams are made from."""
    table_from_list(
        con,
        "stream_list",
        "purchases",
        {"thousand_a_year": "integer", "lines": "integer", "sigma": "double", "growth": "double"},
    )
    table_from_list(con, "season_list", "seasons")
    con.execute("""
        create or replace table seasons as
        select season, substr(month, 2)::integer as month_number,
            factor::double as factor
        from (unpivot season_list on columns('^m[0-9]+$') into name month value factor)
    """)


def create_streams(con: duckdb.DuckDBPyConnection, ledger_lines: int) -> None:
    """Create streams and their monthly amounts and line counts, scaled to the size asked for."""
    con.execute(STREAM_DETAILS)
    con.execute(STREAM_MONTHS, {"ledger_lines": ledger_lines})
    con.execute("""
        create or replace table month_codes as
        select *, strftime(fiscal_period, '%Y%m') as month_code
        from calendar
    """)


# Each kind of stream in the same columns; `first_idx` and `last_idx` bound when it runs.
STREAM_DETAILS = """
create or replace table stream_details as
with bought as (
    select
        concat('buy-', lpad(l.row_order::varchar, 3, '0')) as stream_id,
        'invoice' as entry_type, l.account_id, l.cost_center_id, l.vendor_group,
        l.thousand_a_year * 1000.0 as yearly_amount, l.lines, l.sigma, l.season,
        l.growth / 100 as growth, l.description, null as project_id,
        case when l.named like 'svc:%' then substr(l.named, 5) end as service_id,
        a.application_id,
        case when l.named like 'bu:%' then substr(l.named, 4) end as consumer_id,
        null as asset_id, null as expense_type, 0 as first_idx, 99 as last_idx,
        6 as lines_a_document
    from stream_list as l
    left join application_details as a on l.named = 'app:' || a.application_name
),

-- what has been received but not yet invoiced at month end, a sixth of the outside services
accrued as (
    select
        replace(stream_id, 'buy', 'accrue') as stream_id, 'accrual' as entry_type, account_id,
        cost_center_id, vendor_group, yearly_amount / 6 as yearly_amount, 2 as lines, 0.4 as sigma,
        'flat' as season, growth, 'accrual {month}: ' || description as description, project_id,
        service_id, application_id, consumer_id, asset_id, expense_type, first_idx, last_idx,
        1 as lines_a_document
    from bought
    where account_id in ('006210', '006220', '006230') and service_id is null
),

payroll as (
    select
        concat('pay-', e.cost_center_id, '-', p.account_id) as stream_id, 'payroll' as entry_type,
        p.account_id, e.cost_center_id, null as vendor_group,
        sum(e.yearly_pay * p.rate) as yearly_amount, count(*) as lines, 0.12 as sigma,
        p.season, 0.035 as growth, p.description, null as project_id, null as service_id,
        null as application_id, null as consumer_id, null as asset_id, null as expense_type,
        0 as first_idx, 99 as last_idx, 40 as lines_a_document
    from employee_details as e
    cross join (values
        ('006110', 1.0, 'flat', 'Salary {month}, pay item {n}'),
        ('006120', 0.1, 'march', 'Annual bonus {month}, pay item {n}'),
        ('006130', 0.09, 'flat', 'Employer taxes and pension {month}, pay item {n}'),
        ('006140', 0.11, 'flat', 'Health and benefits {month}, pay item {n}'),
        ('006150', 0.02, 'flat', 'On-call and overtime {month}, pay item {n}')
    ) as p (account_id, rate, season, description)
    where e.employment_type = 'internal'
    group by all
),

contractors as (
    select
        concat('ext-', e.cost_center_id) as stream_id, 'invoice' as entry_type, '006160',
        e.cost_center_id,
        if(e.legal_entity_id = 'FH02', 'wayfarer', 'deltaone') as vendor_group,
        sum(e.yearly_pay) * 1.28 as yearly_amount, count(*) * 3 as lines, 0.25 as sigma,
        'flat', 0.03, 'Contractor days {month}, time sheet {n}', null, null, null, null, null, null,
        0, 99, 3
    from employee_details as e
    where e.employment_type = 'external'
    group by all
),

depreciation as (
    select
        concat('dep-', f.asset_id), 'depreciation',
        case f.asset_class when 'server' then '006530' when 'storage' then '006540'
            when 'network' then '006550' when 'end_user_device' then '006560'
            when 'software' then '006340' else '006640' end,
        f.cost_center_id, null,
        f.acquisition_cost * 12 / f.useful_life_months, 1, 0, 'flat', 0,
        case when f.asset_class = 'software' then 'Amortization ' else 'Depreciation ' end
        || f.asset_name || ' {month}',
        null, null, null, null, f.asset_id, null,
        c.idx,
        least(
            c.idx + f.useful_life_months - 1,
            coalesce((select d.idx from calendar as d
                where d.fiscal_period = date_trunc('month', f.disposal_date)), 99)
        ),
        1
    from fixed_assets as f
    inner join calendar as c on c.fiscal_period = date_trunc('month', f.in_service_date)
),

acquisitions as (
    select
        concat('cap-', f.asset_id), 'invoice',
        case f.asset_class when 'server' then '001510' when 'storage' then '001520'
            when 'network' then '001530' when 'end_user_device' then '001540'
            when 'software' then '001550' else '001580' end,
        f.cost_center_id, v.vendor_group, f.acquisition_cost * 12, 1, 0, 'flat', 0,
        'Purchase of ' || f.asset_name, null, null, null, null, f.asset_id, 'CapEx',
        c.idx, c.idx, 1
    from fixed_assets as f
    inner join vendor_records as v on f.vendor_id = v.vendor_id
    inner join calendar as c on c.fiscal_period = date_trunc('month', f.in_service_date)
    where f.asset_class <> 'software'
),

project_spend as (
    select
        concat('prj-', p.project_id, '-', k.account_id), 'invoice', k.account_id,
        case when p.service_id in ('SVC-ERP') then 'CC1310'
            when p.service_id in ('SVC-ECM', 'SVC-POS', 'SVC-CRM') then 'CC1320'
            when p.service_id in ('SVC-SCM', 'SVC-MES') then 'CC1330'
            when p.service_id in ('SVC-BIA') then 'CC1410'
            when p.service_id in ('SVC-AIP') then 'CC1430'
            when p.service_id in ('SVC-IDM') then 'CC1610'
            else 'CC1340' end,
        k.vendor_group, p.approved_budget * 12 / p.duration * k.part, k.lines, 0.7, 'flat', 0,
        k.description || p.project_name || ', item {n}', p.project_id, null, p.application_id,
        null, null, if(k.account_id like '0015%', 'CapEx', null),
        c.idx, c.idx + if(p.status = 'on_hold', 3, p.duration) - 1, 4
    from projects as p
    inner join calendar as c on c.fiscal_period = p.start_date
    cross join (values
        ('001560', null, 0.34, 6, 'Capitalized hours '),
        ('001570', 'arclight', 0.33, 5, 'Build services '),
        ('001550', 'kestrel', 0.13, 2, 'Licences for '),
        ('006210', 'larkspur', 0.2, 4, 'Advice on ')
    ) as k (account_id, vendor_group, part, lines, description)
    where p.status in ('active', 'completed', 'cancelled', 'on_hold')
),

cross_charges as (
    select
        concat('xch-', x.account_id), 'manual', x.account_id, 'CC9000', null,
        x.amount * 1000.0, 1, 0, 'flat', 0.03, x.description, null, null, null, null, null, null,
        0, 99, 1
    from (values
        ('006910', 960, 'Recharge of group IT to the UK company {month}, received'),
        ('006920', -960, 'Recharge of group IT to the UK company {month}, issued')
    ) as x (account_id, amount, description)
),

cloud as (
    select
        concat('cld-', coalesce(c.sub_account_id, c.provider), '-', c.kind), 'cloud',
        case c.kind when 'marketplace' then '006420' when 'commitment' then '006410'
            else a.account_id end,
        coalesce(a.cost_center_id, 'CC1270'), c.provider, 0, 1, 0, 'cloud', 0,
        concat(
            p.provider_name, ' {month}, ',
            case c.kind when 'usage' then 'account ' || a.sub_account_name
                when 'commitment' then 'savings plan fee'
                else 'marketplace subscription' end
        ),
        null, null, null, a.consumer_id, null, null, 0, 99, 1
    from (select distinct provider, sub_account_id, kind from cloud_payables) as c
    inner join cloud_providers as p on c.provider = p.provider
    left join cloud_sub_accounts as a
        on c.provider = a.provider and c.sub_account_id = a.sub_account_id
),

true_ups as (
    select
        'cld-true-up', 'invoice', '006440', 'CC1270', 'cumulo', 74000, 1, 0, 'true_up', 0,
        'Enterprise support true-up {month}, invoiced outside the usage bill',
        null, null, null, null, null, null, 0, 99, 1
),

together as (
    from bought
    union all from accrued
    union all from payroll
    union all from contractors
    union all from depreciation
    union all from acquisitions
    union all from project_spend
    union all from cross_charges
    union all from cloud
    union all from true_ups
)

select
    t.* exclude (lines, lines_a_document),
    t.lines::bigint as lines,
    t.lines_a_document::bigint as lines_a_document,
    c.legal_entity_id,
    if(c.legal_entity_id = 'FH02', 'GBP', 'USD') as currency_code,
    k.contract_id,
    t.entry_type in ('depreciation', 'manual', 'cloud')
    or t.stream_id like 'cap-%' or t.stream_id = 'cld-true-up' as is_exact
from together as t
inner join cost_center_names as c on t.cost_center_id = c.cost_center_id
left join contract_streams as k on t.stream_id = k.stream_id
order by t.stream_id
"""

# `plan_amount` is what the stream costs without the noise of the month: budgets start from it.
STREAM_MONTHS = """
create or replace table stream_months as
with planned as (
    select
        s.stream_id, s.entry_type, s.vendor_group, s.sigma, s.lines_a_document, s.is_exact,
        s.lines as default_lines, m.idx, m.fiscal_period, m.end_date, m.next_period, m.days,
        case
            when s.season = 'cloud' then p.amount
            when s.season = 'true_up' then if(m.month_number % 3 = 0, s.yearly_amount / 4, 0)
            when s.entry_type = 'payroll' then
                s.yearly_amount / 12 * f.factor * pow(1 + s.growth, m.fiscal_year - 2023)
                * coalesce(h.presence, 1)
            else s.yearly_amount / 12 * f.factor * pow(1 + s.growth, m.idx / 12.0)
        end as plan_amount
    from stream_details as s
    inner join months as m on m.idx between s.first_idx and s.last_idx
    left join seasons as f on s.season = f.season and m.month_number = f.month_number
    left join (
        select
            concat('cld-', coalesce(sub_account_id, provider), '-', kind) as stream_id, idx,
            sum(amount) as amount
        from cloud_payables
        group by all
    ) as p on s.stream_id = p.stream_id and m.idx = p.idx
    left join (
        select
            e.cost_center_id, d.idx,
            sum(e.yearly_pay) filter (
                coalesce(e.valid_from, date '2000-01-01') <= d.fiscal_period
                and coalesce(e.valid_to, date '2999-12-31') >= d.end_date
            ) / sum(e.yearly_pay) as presence
        from employee_details as e
        cross join months as d
        where e.employment_type = 'internal'
        group by e.cost_center_id, d.idx
    ) as h on s.entry_type = 'payroll' and s.cost_center_id = h.cost_center_id and m.idx = h.idx
),

scaled as (
    select
        *,
        -- reversals, credit notes and releases add about one line in fifty
        greatest(0.0, $ledger_lines - sum(if(is_exact, 1, 0)) over ())
        / (sum(if(is_exact, 0, default_lines)) over () * 1.011) as scale
    from planned
    where plan_amount <> 0
)

select
    * exclude (scale),
    if(is_exact, 1, greatest(1, round(default_lines * scale)))::bigint as lines,
    case when is_exact then plan_amount
        else plan_amount * (0.97 + 0.06 * draw(mix(concat('month:', stream_id, idx)), 0))
    end as amount
from scaled
order by stream_id, idx
"""


def write_journal(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    file_format: str,
    progress: Callable[[str], None],
) -> None:
    """Write the journal month by month.

    As CSV there is one file for each legal entity; the UK company's own ledger writes semicolons,
    upper case headers, days first and amounts as (1,070.00). As Parquet there is one folder for
    each fiscal month, all companies together.
    """
    folder.mkdir(parents=True, exist_ok=True)
    con.execute("drop table if exists journal")
    con.execute("drop table if exists carried_over")
    con.execute("drop table if exists month_lines")
    first, last = con.execute("select min(idx), max(idx) from months").fetchone()
    con.execute(MONTH_LINES, {"idx": -1})
    con.execute(FOLLOW_UPS)
    con.execute("create temp table carried_over as from follow_ups limit 0")
    for idx, month_name in con.execute("select idx, month_name from months").fetchall():
        con.execute(MONTH_LINES, {"idx": idx})
        con.execute(FOLLOW_UPS)
        con.execute(MONTH_JOURNAL, {"idx": idx})
        if file_format == "parquet":
            write_month(con, folder / f"fiscal_month={month_name}", with_manual_lines=idx == last)
        elif idx == first:
            con.execute("create temp table journal as from month_journal")
        else:
            con.execute("insert into journal from month_journal")
        con.execute("""
            create or replace temp table carried_over as
            from follow_ups where follow_up in ('reversal', 'accrual_release')
        """)
        if idx % 6 == 5:
            progress(f"ledger up to {month_name}")
    if file_format == "csv":
        write_entity_files(con, folder)


# Lines entered by hand, all small, in the first company's file: ten break the contract, and four
# name an application that does not exist.
MANUAL_LINES = """
select
    coalesce(b.line_id, concat('JX', lpad(b.place::varchar, 6, '0'))) as line_id,
    'D-manual' as document_id,
    coalesce(b.posting_date, '2025-11-14') as posting_date,
    null as period_name, null as document_date, b.account_id, 'CC1110' as cost_center_id,
    null as vendor_id, null as vendor_name, null as project_id, null as service_id,
    b.application_id, null as consumer_id, null as contract_id, null as asset_id,
    'FH01' as legal_entity_id, null as expense_type, 'manual' as entry_type,
    null as reverses_line_id, b.description, b.amount, b.currency_code
from (values
    (1, null, null, '006810', 'n/a', 'USD', null, 'Amount to follow'),
    (2, null, null, '006190', '12.40.1', 'USD', null, 'Taxi receipts, scanned'),
    (3, null, null, '006810', null, 'USD', null, 'Stationery, amount missing'),
    (4, null, null, '009999', '184.20', 'USD', null, 'Account of the old chart'),
    (5, null, null, '009999', '-184.20', 'USD', null, 'Account of the old chart, corrected'),
    (6, null, null, null, '310.00', 'USD', null, 'Uploaded without an account'),
    (7, null, null, '006830', '95.00', 'EUR', null, 'Journal in a currency without a rate'),
    (8, null, '2025-02-30', '006180', '420.00', 'USD', null, 'Course on a day that is not'),
    (9, 'JX000010', null, '006570', '61.15', 'USD', null, 'Keyboard'),
    (10, 'JX000010', null, '006570', '61.15', 'USD', null, 'Keyboard, uploaded twice'),
    (11, null, '2025-10-08', '006350', '2310.00', 'USD', 'APP999', 'Pilot seats, team sheet'),
    (12, null, '2025-10-22', '006350', '1180.00', 'USD', 'APP999', 'Pilot seats, second team'),
    (13, null, '2025-11-05', '006350', '960.00', 'USD', 'APP999', 'Pilot seats, extension'),
    (14, null, '2025-12-03', '006350', '740.00', 'USD', 'APP999', 'Pilot seats, last month')
) as b (
    place, line_id, posting_date, account_id, amount, currency_code, application_id, description
)
"""


def write_month(con: duckdb.DuckDBPyConnection, folder: Path, with_manual_lines: bool) -> None:
    """Write the month at hand as Parquet, all companies together, in one currency format."""
    folder.mkdir()
    manual = ""
    if with_manual_lines:
        manual = f"""
            union all by name
            select * replace (
                try_cast(posting_date as date) as posting_date,
                try_cast(amount as decimal(18, 2)) as amount
            )
            from ({MANUAL_LINES})
        """
    con.execute(f"""
        copy (
            select {LINE_COLUMNS}
            from (from month_journal {manual})
            order by line_id, description
        ) to {quoted(folder / "journal_lines.parquet")} (format parquet, compression zstd)
    """)


def write_entity_files(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write one CSV for each legal entity, the UK one in the layout of its own ledger."""
    for entity, name in (("FH01", "fh01_holding.csv"), ("FH03", "fh03_retail.csv")):
        manual = f"union all ({MANUAL_LINES})" if entity == "FH01" else ""
        con.execute(f"""
            copy (
                select {LINE_COLUMNS}
                from (
                    select * replace (posting_date::varchar as posting_date,
                        amount::varchar as amount)
                    from journal
                    where legal_entity_id = '{entity}'
                    {manual}
                )
                order by line_id, description
            ) to {quoted(folder / name)} (format csv, header)
        """)
    upper = ", ".join(f"{c.strip()} as {c.strip().upper()}" for c in LINE_COLUMNS.split(","))
    con.execute(f"""
        copy (
            select {upper}
            from (
                select * replace (
                    strftime(posting_date, '%d/%m/%Y') as posting_date,
                    strftime(document_date, '%d/%m/%Y') as document_date,
                    if(amount < 0, format('({{:,.2f}})', -amount::double),
                        format('{{:,.2f}}', amount::double)) as amount
                )
                from journal
                where legal_entity_id = 'FH02'
            )
            order by line_id
        ) to {quoted(folder / "fh02_uk.csv")} (format csv, header, delimiter ';')
    """)
