"""What a publication changes in figures that were published before, and by which inputs.

The work database is compared with the warehouse that it is about to replace. What has changed is
added to a table of the work database that keeps the restatements of every publication, so that
whoever was billed finds out when and why a bill became another one.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

TABLE = "reconciliation.rec_restatements"
DESCRIPTION = (
    "Figures that a publication changed after they had been published, under the current rules, "
    "in the reporting currency. Per publication, scenario and period the rows of each figure add "
    "up to the change of the ledger or of the plan."
)
COLUMNS = {
    "restated_at": ("timestamp", "Time of the publication that changed the figure, UTC."),
    "previously_published_at": ("timestamp", "Time of the publication before it, UTC."),
    "figure": (
        "varchar",
        "bill: what a consumer pays for a service; posting: what was posted to a cost centre and "
        "account, by cost pool. The same money stands in both.",
    ),
    "scenario": ("varchar", "actual, or a version of a budget or forecast."),
    "fiscal_period": ("date", "First day of the fiscal period."),
    "is_closed": ("boolean", "Whether the calendar of that publication calls the period closed."),
    "consumer_id": ("varchar", "Who pays a bill; UNALLOCATED for what reaches no consumer."),
    "service_id": ("varchar", "What a bill is for; null for UNALLOCATED."),
    "cost_center_id": ("varchar", "Cost centre of a posting."),
    "account_id": ("varchar", "Account of a posting."),
    "cost_pool": ("varchar", "Cost pool of a posting."),
    "cost_sub_pool": ("varchar", "Cost sub-pool of a posting."),
    "previous_amount": ("decimal(38, 2)", "The figure as it was published before."),
    "amount": ("decimal(38, 2)", "The figure as it was published then."),
    "change_amount": ("decimal(38, 2)", "amount less previous_amount."),
    "change_capex_amount": ("decimal(38, 2)", "Change of the capital spending in it."),
    "changed_inputs": (
        "varchar",
        "Tables of core.fct_input_versions that count in the period and hold other rows than "
        "before; without any, models or settings of the project changed.",
    ),
}
BEFORE = "published"
QUERIES = Path(__file__).parent
# a period of the same version was not computed again: the figures of the others are compared
UNCHANGED = f"""
    set variable unchanged_periods = coalesce((
        select list(fiscal_period) from {{work}}.allocation.alloc_period_versions
        inner join {BEFORE}.allocation.alloc_period_versions using (fiscal_period, version)
    ), [])
"""
VERSIONS = "select table_name, counts_in, fiscal_period, version from core.fct_input_versions"


@dataclass(frozen=True)
class RestatedPeriod:
    """One period of one scenario of which a publication changed figures."""

    scenario: str
    fiscal_period: str
    is_closed: bool
    bills: int
    postings: int
    moved: Decimal
    total_change: Decimal
    consumer_id: str | None
    service_id: str | None
    largest_change: Decimal | None
    changed_inputs: str

    def text(self) -> str:
        """Return a line about it, without the change of its total."""
        head = f"{self.scenario} {self.fiscal_period}{', closed' if self.is_closed else ''}: "
        if not self.bills:
            return f"{head}no bill, but {self.postings:,} by cost centre, account and pool"
        bills = f"{self.bills:,} bill{'' if self.bills == 1 else 's'}, {self.moved:,.2f} moved"
        service = f" for {self.service_id}" if self.service_id else ""
        return f"{head}{bills}, most {self.largest_change:+,.2f} on {self.consumer_id}{service}"


def record(connection: duckdb.DuckDBPyConnection, before: Path, restated_at: datetime) -> None:
    """Write the table of restatements: those of earlier publications, and those of this one."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    connection.execute(f"create or replace table {TABLE} ({columns})")
    connection.execute(f"comment on table {TABLE} is '{DESCRIPTION}'")
    for name, (_, text) in COLUMNS.items():
        connection.execute(f"comment on column {TABLE}.{name} is '{text}'")
    with _attached(connection, before) as is_readable:
        if is_readable:
            _keep_earlier(connection)
            _compare(connection, restated_at)


def restated_periods(connection: duckdb.DuckDBPyConnection) -> list[RestatedPeriod]:
    """Return what the last publication restated: closed periods first, then actuals by size."""
    rows = connection.execute(
        f"""
        with restated as (
            select
                *,
                figure = 'bill' as is_bill,
                (consumer_id <> 'UNALLOCATED', abs(change_amount), consumer_id) as weight
            from {TABLE}
            where restated_at = (select published_at from reconciliation.published)
        )
        select
            scenario,
            cast(fiscal_period as varchar),
            is_closed,
            count(*) filter (where is_bill),
            count(*) filter (where not is_bill),
            greatest(
                coalesce(sum(change_amount) filter (where is_bill and change_amount > 0), 0),
                -coalesce(sum(change_amount) filter (where is_bill and change_amount < 0), 0)
            ) as moved,
            coalesce(sum(change_amount) filter (where is_bill), 0),
            max_by(consumer_id, weight) filter (where is_bill),
            max_by(service_id, weight) filter (where is_bill),
            max_by(change_amount, weight) filter (where is_bill),
            max(changed_inputs)
        from restated
        group by scenario, fiscal_period, is_closed
        order by is_closed desc, scenario <> 'actual', moved desc, 1, 2
        """
    ).fetchall()
    return [RestatedPeriod(*row) for row in rows]


@contextlib.contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, before: Path) -> Iterator[bool]:
    """Attach the published warehouse; a copy of it when another program writes to it."""
    copy = before.with_name(f"{before.name}.held")
    readable = False
    try:
        for path in (before, copy):
            with contextlib.suppress(duckdb.Error, OSError):
                if path == copy and before.is_file():
                    shutil.copyfile(before, copy)
                if path.is_file():
                    name = str(path).replace("'", "''")
                    connection.execute(f"attach '{name}' as {BEFORE} (read_only)")
                    readable = True
                    break
        yield readable
    finally:
        if readable:
            connection.execute(f"detach {BEFORE}")
        copy.unlink(missing_ok=True)


def _keep_earlier(connection: duckdb.DuckDBPyConnection) -> None:
    names = ", ".join(COLUMNS)
    with contextlib.suppress(duckdb.CatalogException, duckdb.BinderException):
        connection.execute(f"insert into {TABLE} select {names} from {BEFORE}.{TABLE}")


def _compare(connection: duckdb.DuckDBPyConnection, restated_at: datetime) -> None:
    row = connection.execute("select current_database()").fetchone()
    work = row[0] if row else ""
    figures = (QUERIES / "figures.sql").read_text(encoding="utf-8")
    connection.execute("set variable unchanged_periods = cast([] as date[])")
    with contextlib.suppress(duckdb.CatalogException):
        connection.execute(UNCHANGED.format(work=f'"{work}"'))
    try:
        for catalog, state in ((BEFORE, "published"), (work, "new")):
            connection.execute(f'use "{catalog}"')
            connection.execute(f"create or replace temp table {state}_figures as {figures}")
            connection.execute(f"create or replace temp table {state}_versions as {VERSIONS}")
        (published_at,) = connection.execute(
            f"select max(published_at) from {BEFORE}.reconciliation.published"
        ).fetchone() or (None,)
    except (duckdb.CatalogException, duckdb.BinderException):
        return  # a warehouse without figures, or of a release that held them otherwise
    finally:
        connection.execute(f'use "{work}"')
    connection.execute("set variable restated_at = ?", [restated_at])
    connection.execute("set variable published_before = ?", [published_at])
    query = (QUERIES / "restatements.sql").read_text(encoding="utf-8")
    connection.execute(f"insert into {TABLE} {query}")
