"""Quantities beside the money: what is read, how it is rounded, and that it flows as money does."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from engine_workspace import ALLOCATION, EngineWorkspace


def test_a_quantity_reads_like_a_ledger_line(tmp_path: Path) -> None:
    company = EngineWorkspace(tmp_path / "company", tmp_path / "target")
    company.line("100", vendor_id="V1")
    company.add("ledger/vendors", vendor_id="V1", vendor_name="Acme Ltd")
    for number, (quantity, values) in enumerate(
        [
            ("10.0005", {"vendor_id": "V1", "cost_center_id": "CC1"}),
            ("-10.0005", {"vendor_name": "acme ltd", "cost_center_id": "CC9"}),
            ("0.0004", {"vendor_id": "V7"}),
            ("5", {"quantity_date": "2025-03-31", "account_id": "7000"}),
        ]
    ):
        row = {"quantity_date": "2025-01-31", "account_id": "6000", **values}
        company.add(
            "consumption/quantities",
            quantity_id=f"Q{number}",
            measure="kgCO2e",
            unit="kg",
            quantity=quantity,
            **row,
        )
    done = company.build(
        f"{ALLOCATION} +path:models/core +rec_rejected_rows +input_intake__file_totals"
    )
    assert done.returncode == 0, done.stdout
    assert company.query(
        "select quantity, vendor, cost_center_id, expense_type from core.fct_quantities "
        "order by quantity_id"
    ) == [
        (Decimal("10.001"), "Acme Ltd", "CC1", None),
        (Decimal("-10.001"), "Acme Ltd", "CC9", None),
        (Decimal("0.000"), "V7", "UNKNOWN", None),
        (Decimal("5.000"), "NO VENDOR", "UNKNOWN", None),
    ]
    assert company.query("from core.dim_measures order by measure") == [
        ("amount", "USD", 100),
        ("kgCO2e", "kg", 1000),
    ]
    # what only a quantity names is in the dimensions, so that a mart can join them
    for table, column, value in (
        ("dim_accounts", "account_id", "7000"),
        ("dim_cost_centers", "cost_center_id", "CC9"),
        ("dim_vendors", "vendor", "V7"),
        ("dim_fiscal_periods", "period_name", "2025-P03"),
    ):
        found = company.number(f"select count(*) from core.{table} where {column} = ?", value)
        assert found == 1, table
