"""The summary is one screen, whatever the company delivered."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from holders import held_by_a_writer
from itfm.diff import diff
from itfm.errors import UserError
from itfm.summary import WIDTH, change, lines, money, percent
from itfm.trace.warehouse import Warehouse
from itfm.workspace import Workspace, load_workspace

LONGEST = 48


@pytest.fixture
def company(tmp_path: Path) -> Workspace:
    (tmp_path / "workspace.yml").write_text(
        "company: Small\nreporting_currency: EUR\n", encoding="utf-8"
    )
    return load_workspace(tmp_path)


def test_the_demo_company_fits_one_screen(demo_workspace: Workspace) -> None:
    told = lines(demo_workspace)
    assert len(told) <= LONGEST
    assert max(len(line) for line in told) <= WIDTH
    text = "\n".join(told)
    for part in (
        "Periods      36",
        "of it reaches consumers",
        "largest difference to the ledger 0.00 USD",
        "Unallocated",
        "Rejected",
        "Services     the largest, 12 periods from 2025-01-01",
        "Variances    the largest, actual less",
        "dbt data tests passed",
        "expectations met",
        "reports/quality.html",
    ):
        assert part in text, part


def test_a_warehouse_with_next_to_nothing_still_has_a_summary(company: Workspace) -> None:
    with duckdb.connect(str(company.published_database)) as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.fct_ledger_lines as select date '2025-01-01' as fiscal_period, "
            "cast(12.5 as decimal(18, 2)) as amount"
        )
    text = "\n".join(lines(company))
    assert "Small: IT money in EUR" in text
    assert "12.50 EUR in 1 lines" in text
    assert "Budget       none was delivered" in text
    assert "Services     none carries cost" in text
    assert "Rejected     no row" in text
    assert "Unallocated  nothing" in text


def test_nothing_published_is_said(company: Workspace) -> None:
    with pytest.raises(UserError, match="nothing is published"):
        lines(company)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Decimal("1"), "100.0%"),
        (Decimal("0.99999"), ">99.9%"),
        (Decimal("0"), "0.0%"),
        (Decimal("0.00001"), "<0.1%"),
        (Decimal("0.4567"), "45.7%"),
        (Decimal("9.9"), "990.0%"),
        (Decimal("4321"), ">999%"),
        (Decimal("-4321"), "<-999%"),
        (None, "-"),
    ],
)
def test_a_share_never_looks_whole_when_it_is_not(share: Decimal | None, text: str) -> None:
    assert percent(share) == text


def test_money_has_separators() -> None:
    assert money(Decimal("1234567.891"), 2) == "1,234,567.89"
    assert money(Decimal("-1234.5")) == "-1,234"
    assert money(Decimal("1234"), sign=True) == "+1,234"
    assert money(None) == "-"


def test_changes_are_capped() -> None:
    assert change(Decimal("0.124")) == "+12%"
    assert change(Decimal("-25")) == "<-999%"
    assert change(Decimal("25")) == ">999%"


def test_warnings_tests_and_cancelling_amounts_are_told(company: Workspace) -> None:
    with duckdb.connect(str(company.published_database)) as connection:
        connection.execute(
            """
            create schema allocation;
            create schema quality;
            create schema reconciliation;
            create table allocation.alloc_rule_faults as
                select 'warning' as severity, 'rules.csv' as file_name, line_number,
                    'rules.csv, line ' || line_number || ': ' || repeat('no effect ', 20) as message
                from range(2, 4) as numbers (line_number);
            create table allocation.alloc_use_faults as
                select 'rules.csv, line 9: rule w6 finds 50.00 used of the 40.00' as message;
            create table quality.test_results as
                select 'data test' as kind, 'cost_model_has_no_warnings' as test_name,
                    'warn' as status, 2 as failures;
            create table reconciliation.rec_unallocated as
                select 'actual' as scenario, 'current' as rule_set, layer, 'no_matching_rule' as
                    reason_code, cast(debit + credit as decimal(18, 2)) as amount,
                    cast(debit as decimal(18, 2)) as debit_amount,
                    cast(credit as decimal(18, 2)) as credit_amount
                from (values ('consumer', 400, -10), ('resource_tower', 900, -900))
                    as stops (layer, debit, credit);
            create table reconciliation.rec_rejected_rows as
                select 'ledger' as domain, 'journal_lines' as table_name, 'orphan' as reason_code,
                    cast(amount as decimal(18, 2)) as amount, 'EUR' as currency_code
                from (values (100), (-100)) as amounts (amount);
            """
        )
    told = lines(company)
    text = "\n".join(told)
    assert max(len(line) for line in told) <= WIDTH
    assert "Cost model   3 warnings in alloc_rule_faults and alloc_use_faults:" in text
    assert "               rules.csv, line 2" in text
    assert "not passed: cost_model_has_no_warnings" in text
    assert "orphan holding 200 EUR without signs" in text
    # what cancels comes first when it is more, and says what stands behind its 0
    at = next(number for number, line in enumerate(told) if line.startswith("Unallocated"))
    assert [" ".join(line.split()) for line in told[at + 1 : at + 4]] == [
        "did not reach towers: no allocation rule matches 0",
        "debits of 900 less credits of 900",
        "did not reach consumers: no allocation rule matches 390",
    ]


@pytest.mark.parametrize(
    "read",
    [lines, lambda company: Warehouse(company.path), lambda company: diff(company.path)],
    ids=["summary", "trace", "diff"],
)
def test_a_warehouse_that_is_being_written_is_explained(
    company: Workspace, read: Callable[[Workspace], object]
) -> None:
    duckdb.connect(str(company.published_database)).close()
    with (
        held_by_a_writer(company.published_database),
        pytest.raises(UserError, match="is being written by another program"),
    ):
        read(company)
