"""Quantities beside the money: what is read, how it is rounded, and that it flows as money does."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine_workspace import ALLOCATION, EngineWorkspace


def test_a_quantity_reads_like_a_ledger_line(tmp_path: Path) -> None:
    company = EngineWorkspace(tmp_path / "company")
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


MARTS = "+path:models/marts +rec_quantity_tie_out +rec_ledger_tie_out"
STEPS = {
    "alloc_pool_flows": "cost_pool, cost_sub_pool, is_credit, rule_id, to_layer, to_id",
    "alloc_tower_flows": "cost_pool, is_credit, from_id, rule_id, to_layer, to_id",
    "alloc_consumer_flows": "service_id, expense_type, rule_id, to_layer, to_id",
}


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Return a company in which every cent has a gram beside it, and some grams have no cent."""
    folder = tmp_path_factory.mktemp("twins")
    company = EngineWorkspace(folder / "company")
    lines: list[tuple[str, dict[str, str]]] = [
        ("1000.01", {"account_id": "6000"}),  # through tower, network and consumers
        ("-333.34", {"account_id": "6000"}),  # a credit
        ("77.77", {"account_id": "6000", "service_id": "s1"}),  # tagged
        ("5.05", {"account_id": "6000", "consumer_id": "c2"}),  # tagged, past the services
        ("-0.07", {"account_id": "6000", "application_id": "nobody"}),  # an unknown tag
        ("10.01", {"account_id": "6100"}),  # skips the towers
        ("20.02", {"account_id": "6200"}),  # skips towers and services
        ("30.03", {"account_id": "6300"}),  # its driver has no data
        ("40.04", {"account_id": "9000"}),  # no classification rule
        ("0.01", {"account_id": "6000", "cost_center_id": "CC2"}),
    ]
    for number, (amount, values) in enumerate(lines):
        company.line(amount, **values)
        company.add(
            "consumption/quantities",
            **{
                "quantity_id": number,
                "measure": "grams",
                "unit": "kg",
                "quantity_date": "2025-01-31",
                "cost_center_id": "CC1",
                "quantity": Decimal(amount) / 10,
                **values,
            },
        )
    for number, (quantity, values) in enumerate(
        [
            ("3.5", {"account_id": "6000"}),
            ("0.25", {"account_id": "6000", "cost_center_id": "CC2"}),
            ("-1", {"account_id": "6100"}),
        ]
    ):
        company.add(
            "consumption/quantities",
            **{
                "quantity_id": f"H{number}",
                "measure": "headcount",
                "unit": "people",
                "quantity_date": "2025-02-28",
                "quantity": quantity,
                **values,
            },
        )
    # a measure that no rule of any kind takes, and one whose rows disagree about their unit
    for quantity_id, measure, unit, account_id, quantity in [
        ("N", "litres", "l", "9000", "12.345"),
        ("W1", "energy", "kWh", "6000", "7"),
        ("W2", "energy", "kWh", "6000", "8"),
        ("W3", "energy", "MWh", "6000", "9"),
    ]:
        company.add(
            "consumption/quantities",
            quantity_id=quantity_id,
            measure=measure,
            unit=unit,
            account_id=account_id,
            quantity_date="2025-01-15",
            quantity=quantity,
        )
    company.services("s1", "s2", "s3")
    company.consumers("c1", "c2", "c3")
    company.classify("c0", 1, "Hardware", "Maintenance & Support", account_id="6000")
    company.classify("c1", 2, "Software & SaaS", "Maintenance & Support", account_id="6100")
    company.classify("c2", 3, "Staffing", "Internal Labor", account_id="6200")
    company.classify("c3", 4, "Misc Costs", "Other Operating", account_id="6300")
    company.rule("tags", "cost_pool", 10, "tagged")
    company.rule("towers", "cost_pool", 20, "fixed_percent", cost_pool="Hardware")
    company.percentages(
        "towers", "resource_tower", {"Servers": "33.3333", "Enterprise Data Center": "66.6667"}
    )
    company.target_set("services", "solution", "s*")
    company.target_set("consumers", "consumer", "c*")
    company.rule(
        "skip", "cost_pool", 30, "even", cost_pool="Software & SaaS", target_set="services"
    )
    company.rule("past", "cost_pool", 40, "even", cost_pool="Staffing", target_set="consumers")
    company.rule(
        "gap", "cost_pool", 50, "driver", cost_pool="Misc Costs", target_set="services",
        driver_id="missing",
    )  # fmt: skip
    company.rule("even", "resource_tower", 10, "even", target_set="services")
    company.driver("use", "*", {"s2": 2, "s3": 1, "c1": 3, "c2": 7, "c3": 1})
    company.target_set("others", "solution", "s2|s3")
    company.rule("circle", "solution", 5, "driver", from_id="s1", driver_id="use",
        target_set="others")  # fmt: skip
    company.rule("bill", "solution", 10, "driver", from_id="s2|s3", driver_id="use",
        target_set="consumers")  # fmt: skip
    done = company.build(f"{ALLOCATION} {MARTS}")
    assert done.returncode == 0, done.stdout
    return company


@pytest.mark.parametrize("table", STEPS)
def test_a_quantity_follows_the_shares_of_the_money(twins: EngineWorkspace, table: str) -> None:
    flows = {
        measure: twins.query(
            f"select {STEPS[table]}, reason_code, c0, c1, amount_minor from allocation.{table} "
            "where measure = ? and fiscal_period = '2025-01-01' order by all",
            measure,
        )
        for measure in ("amount", "grams")
    }
    assert len(flows["amount"]) > 3
    assert flows["amount"] == flows["grams"]


def test_the_marts_show_the_same_shares(twins: EngineWorkspace) -> None:
    for money, quantity, key in (
        ("fct_service_cost", "fct_service_quantity", "service_id, cost_pool, sub_tower"),
        ("fct_consumer_cost", "fct_consumer_quantity", "consumer_id, service_id"),
    ):
        cents = twins.query(
            f"select {key}, cast(sum(amount) * 100 as bigint) from marts.{money} "
            "group by all order by all"
        )
        thousandths = twins.query(
            f"select {key}, cast(sum(quantity) * 1000 as bigint) from marts.{quantity} "
            "where measure = 'grams' and unit = 'kg' group by all order by all"
        )
        assert cents
        assert cents == thousandths


def test_every_layer_holds_every_measure(twins: EngineWorkspace) -> None:
    rows = twins.query(
        "select measure, unit, layer, delivered_quantity, difference_quantity "
        "from reconciliation.rec_quantity_tie_out"
    )
    assert {row[:2] for row in rows} == {
        ("grams", "kg"), ("headcount", "people"), ("litres", "l"), ("energy", "kWh"),
    }  # fmt: skip
    assert len(rows) == 16
    assert {row[4] for row in rows} == {Decimal("0.000")}
    totals = {row[0]: row[3] for row in rows}
    assert totals["headcount"] == Decimal("2.750")
    assert totals["energy"] == Decimal("15.000")  # the row in MWh is not added up with kWh
    assert twins.query(
        "select reject_reason from staging.stg_files__quantities where quantity_id = 'W3'"
    ) == [("mixed_units:unit",)]


def test_a_quantity_without_a_rule_is_told(twins: EngineWorkspace) -> None:
    query = (
        "select layer, reason_code, quantity from reconciliation.rec_unallocated_quantities "
        "where measure = ? order by all"
    )
    assert twins.query(query, "litres") == [("cost_pool", "unclassified", Decimal("12.345"))]
    reasons = {row[1] for row in twins.query(query, "grams")}
    assert {"unclassified", "no_driver_data", "tag_unknown"} <= reasons


def test_quantities_leave_the_money_alone(twins: EngineWorkspace) -> None:
    assert twins.number("select sum(amount) from core.fct_ledger_lines") == twins.number(
        "select sum(ledger_amount) from reconciliation.rec_ledger_tie_out where layer = 'consumer'"
    )
    assert twins.query(
        "select distinct difference_amount from reconciliation.rec_ledger_tie_out"
    ) == [(Decimal("0.00"),)]
    assert (
        twins.number("select count(*) from marts.fct_unit_cost where fiscal_period > '2025-01-31'")
        == 0
    )
