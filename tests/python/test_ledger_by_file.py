"""Ledger lines are kept by file: what is left is what a build from nothing makes of the files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from engine_workspace import EngineWorkspace

MODELS = "+fct_ledger_places --exclude-resource-type test unit_test"
LEDGER = "ledger/journal_lines/"
MONTHS = ("2025-01", "2025-02", "2025-03")
COMPARED = (
    "staging.stg_files__journal_values",
    "staging.stg_files__judged_journal_lines",
    "staging.stg_files__journal_lines",
    "core.dim_ledger_files",
    "core.fct_ledger_lines",
    "core.fct_ledger_places",
)


def line(one: EngineWorkspace, file: str, line_id: str, **values: str) -> None:
    row = {"amount": "100.01", "posting_date": f"{file[:7]}-15", "account_id": "6000", **values}
    one.add(f"{LEDGER}{file}", line_id=line_id, **row)


def rate(one: EngineWorkspace, currency: str, month: str, value: str, to: str = "USD") -> None:
    one.add("ledger/exchange_rates", rate_date=f"{month}-28", from_currency=currency,
            to_currency=to, rate_type="average", rate=value)  # fmt: skip


def company(folder: Path) -> EngineWorkspace:
    """Return three months of lines that name accounts, currencies, vendors, and ids twice."""
    one = EngineWorkspace(folder / "ws")
    one.add("ledger/accounts", account_id="6000", account_name="Staff", expense_type="OpEx")
    one.add("ledger/accounts", account_id="7000", account_name="Kit", expense_type="OpEx")
    one.add("ledger/vendors", vendor_id="V1", vendor_name="Initech")
    for month in MONTHS:
        rate(one, "EUR", month, "1.1")
        line(one, month, f"own {month}")
        line(one, month, f"euro {month}", currency_code="eur", amount="33.335")
        line(one, month, "in every file", amount="7")
        line(one, month, f"broken {month}", amount="n/a")
        line(one, month, f"vendor {month}", vendor_id="V1")
    line(one, "2025-01", "kit", account_id="7000")
    line(one, "2025-01", "named", vendor_name="Globex Ltd")
    line(one, "2025-02", "krona", currency_code="SEK", amount="1000")
    line(one, "2025-02", "orphan", account_id="9999")
    line(one, "2025-03", "twice")
    line(one, "2025-03", "twice")
    line(one, "2025-03", "late", posting_date="2025-02-27", period_name="2025-03")
    return one


def new_and_corrected_files(one: EngineWorkspace) -> None:
    line(one, "2025-04", "own 2025-04", currency_code="EUR")
    rate(one, "EUR", "2025-04", "1.2")
    one.tables[f"{LEDGER}2025-02"][0]["amount"] = "1.99"
    line(one, "2024-12", "twice", posting_date="2024-12-31")  # comes before the file that is kept


def rates_accounts_and_vendors(one: EngineWorkspace) -> None:
    one.tables["ledger/exchange_rates"][0]["rate"] = "1.15"
    rate(one, "SEK", "2025-02", "0.1")
    one.tables["ledger/accounts"][1]["expense_type"] = "CapEx"
    one.add("ledger/accounts", account_id="9999", account_name="Found")
    one.tables["ledger/vendors"][0]["vendor_name"] = "Initech International"
    one.add("cost_model/vendor_aliases", pattern="Globex*", vendor="Globex Group", owner="Tester")


def files_that_are_gone(one: EngineWorkspace) -> None:
    del one.tables[f"{LEDGER}2025-01"]
    del one.tables["ledger/accounts"]
    (one.folder / f"inputs/{LEDGER}2025-01.csv").unlink()
    (one.folder / "inputs/ledger/accounts.csv").unlink()


def another_calendar(one: EngineWorkspace) -> None:
    one.settings += "calendar: {type: 4-4-5, week_start: monday}\n"


def another_currency(one: EngineWorkspace) -> None:
    one.settings = one.settings.replace("USD", "EUR")
    for month in ("2024-12", "2025-01", "2025-02"):
        rate(one, "USD", month, "0.9", to="EUR")


CHANGES: tuple[Callable[[EngineWorkspace], None], ...] = (
    new_and_corrected_files,
    rates_accounts_and_vendors,
    files_that_are_gone,
    another_calendar,
    another_currency,
)


def build(one: EngineWorkspace) -> None:
    result = one.build(MODELS)
    assert result.returncode == 0, result.stdout[-5000:]


def contents(one: EngineWorkspace) -> dict[str, list[tuple]]:
    """Return every table that holds lines or is made of all of them, row by row."""
    found = {}
    for name in COMPARED:
        columns = [row[0] for row in one.query(f"describe {name}")]
        # versions hold the time at which a file was written
        shown = ", ".join(column for column in columns if column != "file_version")
        found[name] = sorted(one.query(f"select {shown} from {name}"), key=repr)
    return found


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    made = company(tmp_path_factory.mktemp("ledger"))
    build(made)
    return made


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_is_kept_is_what_a_build_from_nothing_makes(
    one: EngineWorkspace, change: Callable[[EngineWorkspace], None]
) -> None:
    before = contents(one)
    change(one)
    build(one)
    after = contents(one)
    assert after != before
    with one.put_aside():
        build(one)
        expected = contents(one)
    assert {name for name in expected if after[name] != expected[name]} == set()
    assert after["core.fct_ledger_lines"]


def test_only_files_that_something_changed_for_are_made_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    one = company(tmp_path_factory.mktemp("kept"))
    build(one)
    with duckdb.connect(str(one.folder / "build" / "warehouse.duckdb")) as connection:
        for table in ("staging.stg_files__judged_journal_lines", "core.fct_ledger_lines"):
            connection.execute(f"update {table} set description = 'kept in {table}'")
    one.tables["ledger/exchange_rates"][0]["rate"] = "1.15"  # of January
    line(one, "2025-04", "own 2025-04")
    rate(one, "EUR", "2025-04", "1.2")
    one.add("ledger/accounts", account_id="8000", account_name="Nobody's", expense_type="OpEx")
    one.add("ledger/vendors", vendor_id="V2", vendor_name="Nobody's vendor")
    build(one)
    assert kept(one, "staging.stg_files__judged_journal_lines") == set(MONTHS)
    assert kept(one, "core.fct_ledger_lines") == {"2025-02", "2025-03"}


def kept(one: EngineWorkspace, table: str) -> set[str]:
    rows = one.query(
        f"select distinct file_name from {table} where description = 'kept in {table}'"
    )
    return {Path(name).stem for (name,) in rows}
