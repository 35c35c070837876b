"""What an increment leaves is what a build from nothing makes, whatever has changed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from engine_workspace import EngineWorkspace

WITHOUT_TESTS = "--exclude-resource-type test unit_test"
MODELS = (
    "+path:models/allocation +path:models/marts/service_cost +path:models/marts/service_quantity "
    + WITHOUT_TESTS
)
MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04")


def company(folder: Path) -> EngineWorkspace:
    """Return four months of services in a circle, a tag, percentages, a budget and a quantity."""
    one = EngineWorkspace(folder / "ws")
    one.add("cost_model/rule_sets", rule_set="current", status="current")
    one.services("mail", "portal", "shop")
    for consumer_id, heads in (("north", 30), ("south", 12)):
        one.add("consumption/consumers", consumer_id=consumer_id, headcount=heads)
    one.add("cmdb/applications", application_id="crm", application_name="crm")
    one.classify("staff", 10, "Staffing", "Internal Labor", account_id="6000")
    one.classify("text", 5, "Hardware", "Hardware Depreciation", description="*laptop*")
    one.classify("advice", 15, "Outside Services", "Consulting", account_id="8000")
    one.classify("rest", 20, "Software & SaaS", "Licensed Software (Perpetual & Subscription)")
    one.rule("tagged", "cost_pool", 10, "tagged")
    one.rule("to towers", "cost_pool", 20, "driver", driver_id="effort")
    one.rule("to services", "resource_tower", 30, "driver", driver_id="load")
    one.rule("crm", "solution", 35, "fixed_percent", from_id="crm")
    one.percentages("crm", "solution", {"shop": "66.67", "portal": "33.33"})
    one.services("desk")
    one.rule("desk", "solution", 36, "driver", from_id="desk", driver_id="headcount")
    one.rule("advice", "resource_tower", 25, "driver", cost_pool="Outside*", driver_id="load")
    one.rule("to consumers", "solution", 40, "driver", driver_id="use")
    for month in MONTHS:
        add_month(one, month)
    one.driver("effort", "", {"Application Development": 3, "Application Support & Operations": 4})
    one.driver("load", "", {"mail": 1, "portal": 2, "shop": 4})
    one.driver("use", "mail", {"portal": 3, "shop": 3, "north": 1, "south": 6})
    one.driver("use", "portal", {"mail": 2, "north": 5, "south": 3})
    one.driver("use", "shop", {"mail": 1, "north": 7, "south": 1})
    return one


def add_month(one: EngineWorkspace, month: str) -> None:
    for amount, values in [
        ("1000.01", {}),
        ("-77.77", {}),
        ("333.33", {"account_id": "7000", "description": "Laptop 14"}),
        ("250.25", {"account_id": "7000", "application_id": "crm"}),
        ("41.99", {"account_id": "7000", "service_id": "shop"}),
        ("99.01", {"account_id": "7000", "service_id": "desk"}),
    ]:
        one.line(amount, f"{month}-15", **values)
    one.add("planning/budget_lines", line_id=f"B{month}", budget_version="plan",
            posting_date=f"{month}-01", account_id="6000", cost_center_id="CC1",
            amount="900.01")  # fmt: skip
    one.add("consumption/quantities", quantity_id=f"Q{month}", measure="kgCO2e", unit="kg",
            quantity="12.345", quantity_date=f"{month}-20", account_id="6000")  # fmt: skip


def build(one: EngineWorkspace, models: str = MODELS) -> None:
    result = one.build(models)
    assert result.returncode == 0, result.stdout[-5000:]


def contents(one: EngineWorkspace) -> dict[str, list[tuple]]:
    """Return every stored table of the allocation and the marts, row by row."""
    names = [
        f"{schema}.{name}"
        for schema, name in one.query(
            "select schema_name, table_name from duckdb_tables() "
            "where schema_name in ('allocation', 'marts') and table_name <> 'alloc_built_periods'"
        )
    ]
    return {name: sorted(one.query(f"from {name}"), key=repr) for name in sorted(names)}


def versions(one: EngineWorkspace) -> dict[str, str]:
    rows = one.query(
        "select cast(fiscal_period as varchar), version from allocation.alloc_period_versions"
    )
    return {period[:7]: version for period, version in rows}


def from_nothing(one: EngineWorkspace) -> dict[str, list[tuple]]:
    """Return what the same files give in a fresh work database."""
    with one.put_aside():
        build(one)
        return contents(one)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Build, then change much at once and build again, first a part of the models, then all."""
    folder = tmp_path_factory.mktemp("increments")
    one = company(folder)
    build(one)
    told: dict[str, object] = {"first": contents(one), "versions": versions(one)}

    lines = one.tables["ledger/journal_lines"]
    lines[0]["amount"] = "1500.02"  # January is corrected
    one.tables["ledger/journal_lines"] = [
        line for line in lines if not line["posting_date"].startswith("2025-02")
    ]  # February loses its ledger
    # May is new, and brings a kind of money and a weight that count from then on
    add_month(one, "2025-05")
    one.line("512.12", "2025-05-15", account_id="8000")
    one.driver("use", "shop", {"mail": 2, "north": 2, "south": 2}, day="2025-05-01")
    # March is marked: what is not computed again keeps the mark
    with duckdb.connect(str(one.folder / "build" / "warehouse.duckdb")) as connection:
        connection.execute(
            "update allocation.alloc_pool_senders set method = 'marked' "
            "where fiscal_period = date '2025-03-01' and scenario = 'actual' and tag_id is null"
        )
    # only the first and the last of the models are built: the last must not pass for current
    build(one, f"+alloc_period_versions alloc_paths fct_service_cost {WITHOUT_TESTS}")
    build(one)
    told["increment"] = contents(one)
    told["new versions"] = versions(one)
    told["marked"] = one.number(
        "select count(*) from allocation.alloc_pool_senders where method = 'marked'"
    )
    told["whole"] = from_nothing(one)

    one.driver("headcount", "", {"north": 1, "south": 1}, day="2025-05-01")
    build(one)
    told["new driver"] = contents(one)
    told["new driver whole"] = from_nothing(one)
    return told


def without_mark(tables: dict[str, list[tuple]]) -> dict[str, list[tuple]]:
    """Return the tables but for the column that the mark stands in."""
    return {name: rows for name, rows in tables.items() if name != "allocation.alloc_pool_senders"}


def test_an_increment_equals_a_build_from_nothing(story: dict[str, dict]) -> None:
    increment, whole = without_mark(story["increment"]), without_mark(story["whole"])
    assert increment.keys() == whole.keys()
    different = [name for name in whole if increment[name] != whole[name]]
    assert different == []
    assert increment["marts.fct_service_cost"] != story["first"]["marts.fct_service_cost"]


def test_only_changed_periods_are_computed_again(story: dict[str, dict]) -> None:
    before, after = story["versions"], story["new versions"]
    changed = {month for month in after if after[month] != before.get(month)}
    assert changed == {"2025-01", "2025-02", "2025-05"}
    assert story["marked"] == 4  # two pools, debit and credit, in March


def test_a_driver_that_replaces_a_built_in_one_computes_every_period_again(
    story: dict[str, dict],
) -> None:
    increment, whole = story["new driver"], story["new driver whole"]
    assert [name for name in whole if increment[name] != whole[name]] == []
    assert whole["marts.fct_consumer_cost"] != story["whole"]["marts.fct_consumer_cost"]


def test_a_late_tag_weighs_in_later_months(tmp_path: Path) -> None:
    one = EngineWorkspace(tmp_path / "ws")
    one.consumers("north", "south")
    one.classify("all", 900, "Staffing", "Internal Labor")
    one.rule("tagged", "cost_pool", 10, "tagged")
    one.rule("shared", "cost_pool", 20, "driver", driver_id="tagged_cost")
    one.line(300, "2025-01-15", consumer_id="north")
    one.line(100, "2025-02-15")  # names nobody, so that January counts on
    build(one)
    shared = (
        "select to_id, sum(amount_minor)::int from allocation.alloc_pool_flows"
        " where rule_id = 'shared' group by all order by all"
    )
    assert one.query(shared) == [("north", 10000)]
    one.line(100, "2025-01-20", consumer_id="south")
    build(one)
    assert one.query(shared) == [("north", 7500), ("south", 2500)]
    assert contents(one) == from_nothing(one)
