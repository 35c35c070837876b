"""A made company of a chosen size, as files: its ledger, catalogues, drivers, use and rules.

Every number is a hash of its keys, so that the same size writes the same files. Drivers and use
change every month. What a month brings stands in a file of its own, so that a workspace can hold
any number of months.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from itfm.contract import project_folder

MONTHLY = ("ledger/journal_lines", "consumption/drivers", "consumption/service_usage")
STORE = "months"
LEDGER = "ledger/journal_lines"
SAMPLE = 50  # one line of so many, where a workspace holds a sample of the ledger
UNMEASURED_POOL = 9
LINE_COLUMNS = (
    "line_id",
    "document_id",
    "account_id",
    "cost_center_id",
    "vendor_id",
    "project_id",
    "application_id",
    "entry_type",
    "description",
    "amount",
    "currency_code",
)

SETTINGS = """\
company: Benchmark ({name})
reporting_currency: USD
calendar:
  type: calendar_month
  fiscal_year_start_month: 1
"""


@dataclass(frozen=True)
class Size:
    """How large the company is; the lines are those of all `months` together."""

    name: str
    lines: int
    months: int
    pools: int
    cost_centers: int
    towers: int
    services: int
    applications: int
    consumers: int
    vendors: int
    projects: int

    def text(self) -> str:
        """Return the size as one sentence."""
        return (
            f"{self.lines:,} ledger lines, {self.months} months, {self.pools} cost sub-pools, "
            f"{self.cost_centers} cost centres, {self.towers} towers, {self.services} services "
            f"that serve each other, {self.applications:,} applications, "
            f"{self.consumers} consumers"
        )


SIZES = {
    size.name: size
    for size in (
        Size("smoke", 3_000, 3, 10, 6, 8, 10, 30, 8, 12, 3),
        Size("small", 1_000_000, 36, 40, 20, 30, 60, 500, 50, 60, 20),
        Size("medium", 5_000_000, 36, 40, 30, 48, 200, 2_000, 100, 120, 50),
        Size("large", 20_000_000, 36, 40, 50, 48, 500, 5_000, 200, 300, 100),
    )
}

# part: a number in [0, 1) that depends on its keys alone. about: a bell curve around 0 from three.
MACROS = """
create macro part(a, b, c) as (hash(a, b, c) % 16777213) / 16777213.0;
create macro one_of(n, a, b, c) as cast(hash(a, b, c, 'one') % n as integer);
create macro about(a, b, c) as
    (part(a, b, c) + part(a, b, c || 'x') + part(a, b, c || 'y') - 1.5) * 2;
create macro code(prefix, n, width) as prefix || lpad(cast(n as varchar), width, '0');
"""

# Half of all pairs of account and cost centre are used; two accounts stand for each sub-pool.
CATALOGUES = """
create table pools as
select row_number() over () - 1 as n, cost_pool, cost_sub_pool, expense_type
from read_csv('{taxonomy}/tbm_cost_pools.csv') limit $pools;

create table towers as
select row_number() over () - 1 as n, sub_tower
from read_csv('{taxonomy}/tbm_resource_towers.csv') limit $towers;

create table accounts as
select
    range as n,
    code('', 600000 + range, 6) as account_id,
    pools.cost_sub_pool || ' ' || chr(cast(65 + range % 2 as integer)) as account_name,
    pools.expense_type,
    pools.cost_pool,
    pools.cost_sub_pool,
    pools.cost_pool <> 'Staffing' as has_vendors
from range(2 * $pools) inner join pools on pools.n = range // 2;

create table cost_centers as
select
    range as n,
    code('CC', 1000 + range, 4) as cost_center_id,
    'Team ' || range as cost_center_name,
    code('CC', 9000 + range % 5, 4) as parent_cost_center_id
from range($cost_centers);

create table vendors as
select range as n, code('V', range, 5) as vendor_id, 'Supplier ' || range as vendor_name
from range($vendors);

create table services as
select range as n, code('SVC', range, 4) as service_id, 'Service ' || range as service_name
from range($services);

create table applications as
select range as n, code('APP', range, 5) as application_id,
    'Application ' || range as application_name
from range($applications);

create table consumers as
select range as n, code('BU', range, 4) as consumer_id, 'Unit ' || range as consumer_name,
    20 + one_of(400, 'headcount', range, 0) as headcount
from range($consumers);

create table projects as
select range as n, code('PRJ', range, 4) as project_id,
    code('APP', one_of($applications, 'project', range, 0), 5) as application_id
from range($projects);

create table places as
select row_number() over (order by cost_centers.n, accounts.n) - 1 as n,
    accounts.account_id, accounts.account_name, accounts.has_vendors, cost_centers.cost_center_id
from accounts, cost_centers
where one_of(2, 'place', accounts.n, cost_centers.n) = 0;
"""

LINES = """
with numbers as (
    select
        range as i,
        part('combination', $month, range) as u,
        part('kind', $month, range) as v,
        part('vendor', $month, range) as w
    from range($lines)
),
placed as (
    select
        *,
        case when v < 0.02 then one_of($projects, 'project', $month, i) end as project,
        cast(
            case when v < 0.02
                then one_of((select count(*) from places), 'project', project, i % 3)
                else floor(u * u * (select count(*) from places))
            end as bigint
        ) as place
    from numbers
),
kinds as (
    select
        placed.*,
        places.* exclude (n),
        case when places.has_vendors then one_of($vendors, 'vendor', place, floor(w * 2)) end
            as vendor,
        place % 10 = 0 and v > 0.95 as is_credit,
        place % 7 = 0 and v between 0.5 and 0.7 as is_accrual
    from placed inner join places on places.n = placed.place
)
select
    printf('L%02d-%08d', $month, i) as line_id,
    printf('D%02d-%07d', $month, i // 3) as document_id,
    date '2023-01-01' + interval ($month) month
        + interval (one_of(28, 'day', $month, i)) day as posting_date,
    account_id,
    cost_center_id,
    case when vendor is not null then code('V', vendor, 5) end as vendor_id,
    case when project is not null then code('PRJ', project, 4) end as project_id,
    case when project is not null
        then code('APP', one_of($applications, 'project', project, 0), 5) end as application_id,
    case when is_credit then 'credit note' when is_accrual then 'accrual'
        when vendor is null then 'payroll' else 'invoice' end as entry_type,
    account_name || ' ' || case when v between 0.30 and 0.305 then 'licence true-up '
        when v between 0.31 and 0.312 then 'tape storage ' else 'order ' end
        || cast(i % ($lines // 100 + 1) as varchar) as description,
    cast(
        (case when is_credit then -1 else 1 end) * 40 * exp(1.5 * about('amount', $month, i))
        as decimal(18, 2)
    ) as amount,
    'USD' as currency_code
from kinds
"""

# Receivers that a sender reaches are the same every month, its quantities are not. Nobody measured
# one sub-pool: its money stays unallocated.
DRIVERS = """
with share as (
    select pools.n, 'effort_' || printf('%02d', pools.n) as driver_id, '*' as from_id,
        towers.sub_tower as to_id
    from pools, towers
    where
        pools.n % 8 < 5 and pools.n <> $unmeasured
        and (one_of(8, 'effort', pools.n, towers.n) = 0 or towers.n = pools.n % $towers)
    union all
    select towers.n, 'load_' || printf('%02d', towers.n), '*', applications.application_id
    from towers, applications
    where
        towers.n % 2 = 0
        and (one_of(5, 'load', towers.n, applications.n) = 0 or applications.n = towers.n)
    union all
    select towers.n, 'load_' || printf('%02d', towers.n), '*', services.service_id
    from towers, services
    where
        towers.n % 4 = 1
        and (
            one_of(4, 'load', towers.n, services.n) = 0 or services.n = towers.n % $services
        )
    union all
    select applications.n, 'application_use', applications.application_id,
        code('SVC', one_of($services, 'use', applications.n, range), 4)
    from applications, range(2)
)
select distinct on (driver_id, from_id, to_id)
    driver_id,
    cast(date '2023-01-01' + interval ($month) month as date) as driver_date,
    nullif(from_id, '*') as from_id,
    to_id,
    cast(
        100 * (0.2 + part(driver_id, to_id, 'base'))
        * (0.7 + 0.6 * part(driver_id, from_id || to_id, $version)) as decimal(18, 3)
    ) as quantity,
    'units' as unit
from share
order by driver_id, from_id, to_id
"""

# About 30 percent of the use of a service is that of a handful of other services, in circles.
USAGE = """
with users as (
    select services.service_id, 'consumer' as used_by_type, consumers.consumer_id as used_by_id,
        0.7 / count(*) over (partition by services.n) as scale
    from services, consumers
    where
        one_of($consumers, 'buys', services.n, consumers.n) < 30
        or consumers.n = services.n % $consumers
    union all
    select services.service_id, 'service', others.service_id,
        0.3 / count(*) over (partition by services.n)
    from services, services as others
    where services.n <> others.n and one_of($services, 'serves', services.n, others.n) < 6
)
select
    service_id || '-' || used_by_id || printf('-%02d', $month) as usage_id,
    service_id,
    cast(date '2023-01-01' + interval ($month) month as date) as usage_date,
    used_by_type,
    used_by_id,
    cast(
        greatest(1, 100000 * scale * (0.3 + 1.4 * part(service_id, used_by_id, 'base'))
        * (0.7 + 0.6 * part(service_id, used_by_id, $version))) as decimal(18, 3)
    ) as quantity,
    'units' as unit
from users
order by service_id, used_by_id
"""

SMALL_TABLES = {
    "inputs/ledger/accounts": "select account_id, account_name, expense_type from accounts",
    "inputs/ledger/cost_centers": """
        select cost_center_id, cost_center_name, parent_cost_center_id from cost_centers
        union all select code('CC', 9000 + range, 4), 'Department ' || range, null from range(5)
    """,
    "inputs/ledger/vendors": "select vendor_id, vendor_name from vendors",
    "inputs/cmdb/services": "select service_id, service_name from services",
    "inputs/cmdb/applications": "select application_id, application_name from applications",
    "inputs/consumption/consumers": "select consumer_id, consumer_name, headcount from consumers",
    "inputs/portfolio/projects": "select project_id, 'Project ' || n as project_name from projects",
}

RULES = {
    "rule_sets": "select 'current' as rule_set, 'current' as status, 'Benchmark' as description",
    # One rule for each account; exceptions of suppliers and teams come first.
    "classification_rules": """
        select 'C-' || account_id as rule_id, 'current' as rule_set, 1000 + n as sequence,
            account_id, '' as cost_center_id, '' as vendor, '' as description,
            expense_type, cost_pool, cost_sub_pool, 'Controller' as owner
        from accounts
        union all
        select 'C-V' || vendors.n, 'current', 100 + vendors.n, '', '', vendors.vendor_name, '',
            expense_type, cost_pool, cost_sub_pool, 'Controller'
        from vendors inner join pools on pools.n = vendors.n % $pools where vendors.n % 6 = 0
        union all
        select 'C-T' || cost_centers.n, 'current', 500 + cost_centers.n, accounts.account_id,
            cost_centers.cost_center_id, '', '',
            pools.expense_type, pools.cost_pool, pools.cost_sub_pool, 'Controller'
        from cost_centers
        inner join accounts on accounts.n = cost_centers.n % (2 * $pools)
        inner join pools on pools.n = (cost_centers.n * 7) % $pools
        union all
        select 'C-TEXT-' || n, 'current', 10 + n, '', '', '', pattern,
            expense_type, cost_pool, cost_sub_pool, 'Controller'
        from pools
        inner join (values (0, '*licence true-up*'), (1, '*tape storage*')) as t (m, pattern)
            on t.m = pools.n
    """,
    # Five of eight sub-pools by driver, two by fixed percentages, one evenly; projects are tagged.
    "allocation_rules": """
        select 'P-PROJECTS' as rule_id, 'current' as rule_set, 'cost_pool' as sender_layer,
            10 as sequence, '' as from_id, '' as cost_pool, '' as cost_sub_pool,
            '' as expense_type, '' as vendor, 'PRJ*' as project_id, 'tagged' as method,
            '' as target_set, '' as driver_id, 'Controller' as owner
        union all
        select 'P-V' || n, 'current', 'cost_pool', 100 + n, '', '', '', '', vendor_name, '', 'even',
            'towers_' || n % 8, '', 'Controller'
        from vendors where n % 15 = 1
        union all
        select printf('P-%02d', n), 'current', 'cost_pool', 1000 + n, '', cost_pool, cost_sub_pool,
            expense_type, '', '',
            case when n % 8 < 5 then 'driver' when n % 8 < 7 then 'fixed_percent' else 'even' end,
            case when n % 8 = 7 then 'towers_' || n % 8 else '' end,
            case when n % 8 < 5 then printf('effort_%02d', n) else '' end, 'Controller'
        from pools
        union all
        select printf('T-%02d', n), 'current', 'resource_tower', 1000 + n, sub_tower, '', '', '',
            '', '', case when n % 2 = 0 or n % 4 = 1 then 'driver' else 'even' end,
            case when n % 4 = 3 then 'services_' || n % 3 else '' end,
            case when n % 4 = 3 then '' else printf('load_%02d', n) end, 'Controller'
        from towers
        union all
        select 'S-APPLICATIONS', 'current', 'solution', 10, 'APP*', '', '', '', '', '', 'driver',
            '', 'application_use', 'Controller'
        union all
        select 'S-SERVICES', 'current', 'solution', 20, 'SVC*', '', '', '', '', '', 'driver', '',
            'service_usage', 'Controller'
    """,
    "allocation_percentages": """
        select printf('P-%02d', pools.n) as rule_id, 'current' as rule_set,
            'resource_tower' as to_layer, towers.sub_tower as to_id, t.percentage
        from pools
        inner join (values (0, 50), (1, 30), (2, 20)) as t (k, percentage) on true
        inner join towers on towers.n = (pools.n * 3 + t.k) % $towers
        where pools.n % 8 between 5 and 6
    """,
    "target_sets": """
        select 'towers_' || k as target_set, 'resource_tower' as to_layer, sub_tower as to_id
        from towers inner join range(8) as t (k) on (towers.n + k) % 8 = 0
        union all
        select 'services_' || k, 'solution', service_id
        from services
        inner join range(3) as t (k)
            on one_of(20, 'set', k, services.n) = 0 or services.n = k
    """,
}


class Company:
    """A company of one size in a folder: a workspace, and beside it the files of all months."""

    def __init__(self, folder: Path, size: Size, *, quarterly: bool = False):
        """Name the folder; `write` fills it. `quarterly` drivers change every third month only."""
        self.folder = folder
        self.size = size
        self.quarterly = quarterly

    def write(self, months: int, tell: Callable[[str], None] = lambda _: None) -> None:
        """Write the settings, the rules, the catalogues and the files of this many months."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        settings = SETTINGS.format(name=self.size.name)
        (self.folder / "workspace.yml").write_text(settings, encoding="utf-8")
        with duckdb.connect() as connection:
            connection.execute("set preserve_insertion_order = false")
            connection.execute(MACROS)
            self._write_catalogues(connection)
            for month in range(months):
                tell(f"files of month {month + 1} of {months}")
                self._write_month(connection, month)

    def hold(self, months: int, *, sample: bool = False) -> None:
        """Let the workspace hold the files of the first months, of the ledger perhaps a sample."""
        for table in MONTHLY:
            inputs = self.folder / "inputs" / table
            if inputs.exists():
                shutil.rmtree(inputs)
            inputs.mkdir(parents=True)
            for month in range(months):
                if self.quarterly and month % 3 and table != LEDGER:
                    continue
                name = _month_file(month)
                if sample and table == LEDGER:
                    self._write_sample(self.folder / STORE / table / name, inputs / name)
                else:
                    os.link(self.folder / STORE / table / name, inputs / name)

    def fill_core(self, database: Path, months: int) -> None:
        """Put all lines of these months into core.fct_ledger_lines, past staging and input layer.

        The work database was built from a sample; its dimensions know all that lines name.
        """
        files = [str(self.folder / STORE / LEDGER / _month_file(month)) for month in range(months)]
        with duckdb.connect(str(database)) as connection:
            connection.execute("set preserve_insertion_order = false")
            connection.execute("set enable_progress_bar = false")
            columns = connection.execute("describe core.fct_ledger_lines").fetchall()
            known = {
                "fiscal_period": "cast(date_trunc('month', lines.posting_date) as date)",
                "posting_date": "cast(lines.posting_date as date)",
                "vendor": "coalesce(vendors.vendor, 'NO VENDOR')",
                "expense_type": "accounts.expense_type",
                "amount_local": "lines.amount",
                "exchange_rate": "1",
                "file_name": "'past staging'",
                "file_version": "'past staging'",
                **{name: f"lines.{name}" for name in LINE_COLUMNS},
            }
            values = ", ".join(
                f"cast({known.get(name, 'null')} as {kind})" for name, kind, *_ in columns
            )
            connection.execute("delete from core.fct_ledger_lines")
            connection.execute(
                f"""
                insert into core.fct_ledger_lines
                select {values}
                from read_parquet(?) as lines
                left join core.dim_accounts as accounts on lines.account_id = accounts.account_id
                left join (
                    select spelled_vendor_id, min(vendor) as vendor
                    from core.bridge_vendor_spellings group by spelled_vendor_id
                ) as vendors on lines.vendor_id = vendors.spelled_vendor_id
                """,
                [files],
            )
            connection.execute("checkpoint")

    def _write_sample(self, source: Path, path: Path) -> None:
        with duckdb.connect() as connection:
            connection.execute(
                f"copy (from '{source}' where hash(line_id) % {SAMPLE} = 0) "
                f"to '{path}' (format parquet)"
            )

    def _write_catalogues(self, connection: duckdb.DuckDBPyConnection) -> None:
        taxonomy = project_folder() / "seeds" / "taxonomy"
        for statement in CATALOGUES.format(taxonomy=taxonomy).split(";"):
            if statement.strip():
                self._run(connection, statement)
        for name, query in SMALL_TABLES.items():
            self._write(connection, query, self.folder / f"{name}.csv")
        for name, query in RULES.items():
            self._write(connection, query, self.folder / "cost_model" / f"{name}.csv")

    def _write_month(self, connection: duckdb.DuckDBPyConnection, month: int) -> None:
        values = {
            "month": month,
            "version": month // 3 if self.quarterly else month,
            "lines": self.size.lines // self.size.months,
            "unmeasured": UNMEASURED_POOL,
        }
        for table, query in zip(MONTHLY, (LINES, DRIVERS, USAGE), strict=True):
            path = self.folder / STORE / table / _month_file(month)
            self._write(connection, query, path, **values)

    def _write(
        self, connection: duckdb.DuckDBPyConnection, query: str, path: Path, **values: int
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = "parquet" if path.suffix == ".parquet" else "csv, header"
        self._run(connection, f"copy ({query}) to '{path}' (format {kind})", **values)

    def _run(self, connection: duckdb.DuckDBPyConnection, query: str, **values: int) -> None:
        known = {**asdict(self.size), **values}
        used = {name: value for name, value in known.items() if f"${name}" in query}
        for name in sorted(used, key=len, reverse=True):
            query = query.replace(f"${name}", str(used[name]))
        connection.execute(query)


def _month_file(month: int) -> str:
    return f"{2023 + month // 12}-{month % 12 + 1:02d}.parquet"
