"""What a publication changes in bills that were published before, and by which inputs.

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
    "Bills that a publication changed after they had been published, under the current rules, in "
    "the reporting currency. Per publication, scenario and period they add up to the change of "
    "the ledger or of the plan."
)
COLUMNS = {
    "restated_at": ("timestamp", "Time of the publication that changed the bill, UTC."),
    "previously_published_at": ("timestamp", "Time of the publication before it, UTC."),
    "scenario": ("varchar", "actual, or a version of a budget or forecast."),
    "fiscal_period": ("date", "First day of the fiscal period."),
    "is_closed": ("boolean", "Whether the calendar of that publication calls the period closed."),
    "consumer_id": ("varchar", "Who pays; UNALLOCATED for what reaches no consumer."),
    "previous_amount": ("decimal(38, 2)", "The bill as it was published before."),
    "amount": ("decimal(38, 2)", "The bill as it was published then."),
    "change_amount": ("decimal(38, 2)", "amount less previous_amount."),
    "changed_inputs": (
        "varchar",
        "Tables of core.fct_input_versions that count in the period and hold other rows than "
        "before; without any, models or settings of the project changed.",
    ),
}
BEFORE = "published"
QUERIES = Path(__file__).parent
VERSIONS = "select table_name, counts_in, fiscal_period, version from core.fct_input_versions"


@dataclass(frozen=True)
class RestatedPeriod:
    """One period of one scenario whose bills a publication changed."""

    scenario: str
    fiscal_period: str
    is_closed: bool
    bill_count: int
    total_change: Decimal
    largest_consumer: str
    largest_change: Decimal
    changed_inputs: str

    def text(self) -> str:
        """Return a line about it, without the change of its total."""
        bills = f"{self.bill_count:,} bill{'' if self.bill_count == 1 else 's'}"
        largest = f"largest {self.largest_consumer} {self.largest_change:+,.2f}"
        state = ", closed" if self.is_closed else ""
        return f"{self.scenario} {self.fiscal_period}{state}: {bills}, {largest}"


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
        select
            scenario,
            cast(fiscal_period as varchar),
            is_closed,
            count(*) filter (where consumer_id <> 'UNALLOCATED'),
            sum(change_amount),
            max_by(consumer_id, (consumer_id <> 'UNALLOCATED', abs(change_amount), consumer_id)),
            max_by(change_amount, (consumer_id <> 'UNALLOCATED', abs(change_amount), consumer_id)),
            max(changed_inputs)
        from {TABLE}
        where restated_at = (select published_at from reconciliation.published)
        group by scenario, fiscal_period, is_closed
        order by is_closed desc, scenario <> 'actual', sum(abs(change_amount)) desc, 1, 2
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
    bills = (QUERIES / "bills.sql").read_text(encoding="utf-8")
    try:
        for catalog, state in ((BEFORE, "published"), (work, "new")):
            connection.execute(f'use "{catalog}"')
            connection.execute(f"create or replace temp table {state}_bills as {bills}")
            connection.execute(f"create or replace temp table {state}_versions as {VERSIONS}")
        (published_at,) = connection.execute(
            f"select max(published_at) from {BEFORE}.reconciliation.published"
        ).fetchone() or (None,)
    except (duckdb.CatalogException, duckdb.BinderException):
        return  # a warehouse without bills, or of a release that held them otherwise
    finally:
        connection.execute(f'use "{work}"')
    connection.execute("set variable restated_at = ?", [restated_at])
    connection.execute("set variable published_before = ?", [published_at])
    query = (QUERIES / "restatements.sql").read_text(encoding="utf-8")
    connection.execute(f"insert into {TABLE} {query}")
