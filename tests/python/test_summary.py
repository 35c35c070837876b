"""The summary is one screen, whatever the company delivered."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from itfm.errors import UserError
from itfm.summary import WIDTH, lines, money, percent
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
