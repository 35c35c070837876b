"""What a proposed rule set does: totals stay, one-sided bills stay, and the rule is named."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal

import pytest
from click.testing import CliRunner

from engine_workspace import EngineWorkspace
from itfm.cli import main

SELECT = "+path:models/marts/rule_changes +alloc_layer_totals +alloc_use_faults"
PROPOSED = {"rule_set": "next"}
PERIODS = ["2025-01-01", "2025-02-01"]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build a company with one change at every step of the way, and money that does not move."""
    folder = tmp_path_factory.mktemp("diff")
    company = EngineWorkspace(folder / "ws")
    company.add("cost_model/rule_sets", rule_set="current", status="current")
    company.add("cost_model/rule_sets", rule_set="next", based_on="current", status="proposed")
    company.services("mail", "web", "desk", "idp")
    company.consumers("sales", "stores", "plant")

    company.line(100, account_id="6100")  # rule of the cost pool changes
    company.line(70, account_id="6200")  # tagged as something else
    company.line(60, account_id="6300")  # rule of the service changes
    company.line(50, account_id="6400")  # nothing changes
    company.line("30.01", account_id="6500")  # rule of the tower changes
    company.line(9, account_id="6600")  # a rule is new
    company.line(40, account_id="6800")  # the target set of its rule changes
    company.line(10, account_id="6900")  # the rate of the service changes, and gets a budget
    company.line(20, account_id="6950")  # the rate of the cost pool changes
    company.line(12, account_id="6700")  # the network behind it changes

    company.line(15, account_id="6970")  # becomes capital spending, on the same bill
    company.line(8, account_id="6980")  # its rule lets another go first
    company.line(5, account_id="6990")  # both rules change places
    for account, sub_pool in [
        ("6100", "Servers"), ("6200", "Servers"), ("6300", "Storage"), ("6400", "Network"),
        ("6500", "Managed Services"), ("6600", "Depreciation"), ("6700", "Maintenance & Support"),
        ("6800", "Expense"), ("6900", "Calls"), ("6950", "Racks"),
        ("6970", "Licenses"), ("6980", "One turn"), ("6990", "Two turns"),
    ]:  # fmt: skip
        company.classify(f"c{account}", 10, "Hardware", sub_pool, account_id=account)
    company.classify("c6200", 10, "Hardware", "Network", account_id="6200", **PROPOSED)

    company.classify("c6970", 10, "Hardware", "Licenses", account_id="6970", expense_type="CapEx",
                     **PROPOSED)  # fmt: skip
    company.services("erp")
    company.rule("p-licenses", "cost_pool", 59, "fixed_percent", cost_sub_pool="Licenses")
    company.percentages("p-licenses", "solution", {"erp": 100})
    company.rule("s-erp", "solution", 50, "fixed_percent", from_id="erp")
    company.percentages("s-erp", "consumer", {"plant": 100})

    for rule_id, sub_pool, consumer_id, sequence, next_sequence in [
        ("p-behind", "One turn", "sales", 70, 72), ("p-left", "One turn", "plant", 71, 71),
        ("p-back", "Two turns", "sales", 81, 82), ("p-ahead", "Two turns", "plant", 82, 81),
    ]:  # fmt: skip
        company.rule(rule_id, "cost_pool", sequence, "fixed_percent", cost_sub_pool=sub_pool)
        company.percentages(rule_id, "consumer", {consumer_id: 100})
        if next_sequence != sequence:
            company.rule(rule_id, "cost_pool", next_sequence, "fixed_percent",
                         cost_sub_pool=sub_pool, **PROPOSED)  # fmt: skip
            company.percentages(rule_id, "consumer", {consumer_id: 100}, **PROPOSED)

    company.rule("p-servers", "cost_pool", 10, "fixed_percent", cost_sub_pool="Servers")
    company.percentages("p-servers", "consumer", {"sales": 100})
    company.rule("p-servers", "cost_pool", 10, "fixed_percent", cost_sub_pool="Servers", **PROPOSED)
    company.percentages("p-servers", "consumer", {"sales": 75, "plant": 25}, **PROPOSED)
    company.rule("p-storage", "cost_pool", 20, "fixed_percent", cost_sub_pool="Storage")
    company.percentages("p-storage", "solution", {"mail": 100})
    company.rule("p-network", "cost_pool", 30, "fixed_percent", cost_sub_pool="Network")
    company.percentages("p-network", "consumer", {"stores": 100})
    company.rule("p-managed", "cost_pool", 40, "fixed_percent", cost_sub_pool="Managed Services")
    company.percentages("p-managed", "resource_tower", {"Servers": 100})
    company.rule("p-new", "cost_pool", 50, "fixed_percent", cost_sub_pool="Depreciation",
                 **PROPOSED)  # fmt: skip
    company.percentages("p-new", "consumer", {"plant": 100}, **PROPOSED)
    company.rule("p-offices", "cost_pool", 55, "even", cost_sub_pool="Expense",
                 target_set="offices")  # fmt: skip
    company.target_set("offices", "consumer", "sales")
    company.target_set("offices", "consumer", "sales|plant", **PROPOSED)  # replaces it
    company.rule("p-calls", "cost_pool", 57, "fixed_percent", cost_sub_pool="Calls")
    company.percentages("p-calls", "solution", {"calls": 100})
    company.services("calls")
    company.driver("racks", "", {"LAN": 5})
    company.driver("sold", "calls", {"sales": 2, "plant": 1})
    company.driver("goal", "calls", {"sales": 2})
    company.target_set("buyers", "consumer", "sales|plant")
    for rate, values in [(1, {}), (2, PROPOSED)]:
        company.rule("p-racks", "cost_pool", 58, "standard_rate", cost_sub_pool="Racks",
                     driver_id="racks", rate=rate, **values)  # fmt: skip
    for rate, values in [(1, {}), (3, {"budget_driver_id": "goal", **PROPOSED})]:
        company.rule("s-calls", "solution", 40, "standard_rate", from_id="calls",
                     driver_id="sold", rate=rate, target_set="buyers", **values)  # fmt: skip
    company.rule("t-lan", "resource_tower", 20, "fixed_percent", from_id="LAN")
    company.percentages("t-lan", "solution", {"web": 100})
    company.rule("p-upkeep", "cost_pool", 60, "fixed_percent", cost_sub_pool="Maint*")
    company.percentages("p-upkeep", "solution", {"idp": 100})

    company.rule("t-servers", "resource_tower", 10, "fixed_percent", from_id="Servers")
    company.percentages("t-servers", "solution", {"web": 100})
    company.rule("t-servers", "resource_tower", 10, "fixed_percent", from_id="Servers", **PROPOSED)
    company.percentages("t-servers", "solution", {"web": 50, "desk": 50}, **PROPOSED)

    company.rule("s-mail", "solution", 10, "fixed_percent", from_id="mail")
    company.percentages("s-mail", "consumer", {"sales": 50, "stores": 50})
    company.rule("s-mail", "solution", 10, "fixed_percent", from_id="mail", **PROPOSED)
    company.percentages("s-mail", "consumer", {"sales": 20, "stores": 80}, **PROPOSED)
    for service_id, consumer_id in [("web", "sales"), ("desk", "stores")]:
        company.rule(f"s-{service_id}", "solution", 20, "fixed_percent", from_id=service_id)
        company.percentages(f"s-{service_id}", "consumer", {consumer_id: 100})
    company.rule("s-idp", "solution", 30, "fixed_percent", from_id="idp")
    company.percentages("s-idp", "solution", {"web": 100})
    company.rule("s-idp", "solution", 30, "fixed_percent", from_id="idp", **PROPOSED)
    company.percentages("s-idp", "solution", {"desk": 100}, **PROPOSED)
    # of a plan, little; it must not show in the actuals
    company.add("planning/budget_lines", line_id="b1", budget_version="b1", amount=7,
                posting_date="2025-01-15", account_id="6100", cost_center_id="CC1")  # fmt: skip
    build(company)
    return company


def build(company: EngineWorkspace) -> None:
    """Build two months with the same lines: a join that forgets the period doubles them."""
    for line in list(company.tables["ledger/journal_lines"]):
        february = {"line_id": f"{line['line_id']} again", "posting_date": "2025-02-15"}
        company.add("ledger/journal_lines", **{**line, **february})
    result = company.build(SELECT)
    assert result.returncode == 0, result.stdout[-5000:]
    shutil.copy(company.folder / "build" / "warehouse.duckdb", company.folder)


def shown(company: EngineWorkspace, *options: str, exit_code: int = 0) -> str:
    """Return what `itfm diff` prints, of the first period unless another is asked for."""
    chosen = [] if {"--year", "--period"} & set(options) else ["--period", "2025-01"]
    result = CliRunner().invoke(main, ["diff", str(company.folder), *chosen, *options])
    assert result.exit_code == exit_code, result.output
    return result.output


def moves(company: EngineWorkspace, period: str) -> dict[tuple[str, str, str], Decimal]:
    """Return the moved amount by consumer, service and rule."""
    rows = company.query(
        "select consumer_id, service_id, moved_by, sum(moved_amount)"
        " from marts.fct_rule_set_moves where scenario = 'actual' and fiscal_period = ?"
        " group by all",
        period,
    )
    return {(consumer, service, rule): amount for consumer, service, rule, amount in rows}


def test_totals_are_equal(company: EngineWorkspace) -> None:
    rows = company.query(
        "select sum(before_amount), sum(after_amount), sum(delta_amount)"
        " from marts.fct_rule_set_changes where scenario = 'actual' group by fiscal_period"
    )
    assert rows == [(Decimal("429.01"), Decimal("429.01"), Decimal(0))] * 2


@pytest.mark.parametrize("period", PERIODS)
def test_every_step_names_its_rule(company: EngineWorkspace, period: str) -> None:
    found = moves(company, period)
    odd_cent = {key: found.pop(key) for key in list(found) if key[2] == "rounding"}
    # it is another's turn in each month
    assert odd_cent == {
        ("sales" if period == PERIODS[0] else "stores",
         "web" if period == PERIODS[0] else "desk", "rounding"): Decimal("-0.01")
    }  # fmt: skip
    assert found == {
        ("sales", "DIRECT", "p-servers"): Decimal(-25),
        ("plant", "DIRECT", "p-servers"): Decimal(25),
        ("sales", "DIRECT", "c6200"): Decimal(-70),
        ("stores", "DIRECT", "c6200"): Decimal(70),
        ("sales", "mail", "s-mail"): Decimal(-18),
        ("stores", "mail", "s-mail"): Decimal(18),
        ("sales", "web", "t-servers"): Decimal(-15),
        ("stores", "desk", "t-servers"): Decimal("15.01"),
        ("sales", "calls", "s-calls"): Decimal(4),
        ("plant", "calls", "s-calls"): Decimal(2),
        ("VOLUME_VARIANCE", "calls", "s-calls"): Decimal(-10),
        ("SPENDING_VARIANCE", "calls", "s-calls"): Decimal(4),
        ("sales", "web", "p-racks"): Decimal(5),
        ("VOLUME_VARIANCE", "DIRECT", "p-racks"): Decimal(-5),
        ("sales", "DIRECT", "p-offices"): Decimal(-20),
        ("plant", "DIRECT", "p-offices"): Decimal(20),
        ("sales", "DIRECT", "p-behind"): Decimal(-8),
        ("plant", "DIRECT", "p-behind"): Decimal(8),
        ("sales", "DIRECT", "p-ahead"): Decimal(-5),
        ("plant", "DIRECT", "p-ahead"): Decimal(5),
        ("UNALLOCATED", "DIRECT", "p-new"): Decimal(-9),
        ("plant", "DIRECT", "p-new"): Decimal(9),
        ("sales", "web", "s-idp"): Decimal(-12),
        ("stores", "desk", "s-idp"): Decimal(12),
    }


def test_a_bill_on_one_side_only_stays(company: EngineWorkspace) -> None:
    rows = company.query(
        "select consumer_id, service_id, before_amount, after_amount, moved_by"
        " from marts.fct_rule_set_changes where (before_amount = 0 or after_amount = 0)"
        " and scenario = 'actual' and fiscal_period = '2025-01-01' order by all"
    )
    assert rows == [
        ("SPENDING_VARIANCE", "calls", Decimal(0), Decimal(4), "s-calls"),
        ("UNALLOCATED", "DIRECT", Decimal(9), Decimal(0), "p-new"),
        (
            "plant",
            "DIRECT",
            Decimal(0),
            Decimal(67),
            "p-servers, p-offices, p-new, p-behind, p-ahead",
        ),
        ("stores", "desk", Decimal(0), Decimal("27.01"), "t-servers, s-idp"),
    ]


def test_rules_that_differ_are_listed(company: EngineWorkspace) -> None:
    rows = company.query(
        "select rule_id, change, column_name, before_value, after_value"
        " from marts.fct_rule_changes where change = 'changed' and column_name like '%sales'"
        " order by all"
    )
    assert rows == [
        ("p-servers", "changed", "percentage of consumer sales", "100.0", "75.0"),
        ("s-mail", "changed", "percentage of consumer sales", "50.0", "20.0"),
    ]
    assert company.query(
        "select rule_id, change, column_name, before_value, after_value"
        " from marts.fct_rule_changes where column_name like 'members of %'"
    ) == [
        ("p-offices", "changed", "members of offices", "consumer sales", "consumer sales|plant"),
    ]
    added = company.query(
        "select distinct rule_id from marts.fct_rule_changes where change = 'added'"
    )
    assert added == [("p-new",)]


def test_the_table_starts_with_the_totals(company: EngineWorkspace) -> None:
    text = shown(company)
    assert "next against current: actual, periods from 2025-01-01" in text
    assert "Rules differ: 13: p-ahead (changed), p-back (changed), p-behind (changed)" in text
    assert "p-new (added)" in text
    assert "Total before 429.01, after 429.01 USD; equal: yes" in text
    assert "Consumers: 2 pay more, 1 pay less" in text
    assert "c6200 -70.00; p-servers -25.00" in text


def test_markdown_names_rules_and_escapes_bars(company: EngineWorkspace) -> None:
    text = shown(company, "--format", "markdown", "--by", "both", "--top", "3")
    assert "| Consumer | Service | Before | After | Change | Of it CapEx | Moved by |" in text
    assert "more that change" in text
    assert "<details><summary>Rules that differ</summary>" in text
    assert all(
        line.count("|") == 8 for line in text.splitlines() if line.startswith(("| sa", "| st"))
    )


def test_json_and_csv_hold_the_same_bills(company: EngineWorkspace) -> None:
    document = json.loads(shown(company, "--format", "json", "--period", "2025-01"))
    assert document["totals_are_equal"] is True
    amounts = {one["rule"]: one["amount"] for one in document["moved_by"]}
    assert amounts["p-servers"] == "25.000"
    # exact texts, half cents too: money in JSON is never a float
    assert amounts["s-mail"] == "18.000"
    assert amounts["rounding"] == "0.005"
    lines = shown(company, "--format", "csv").splitlines()
    assert lines[0] == (
        "consumer_id,before_amount,after_amount,delta_amount,before_capex_amount,"
        "after_capex_amount,moved_by"
    )
    assert len(lines) == len(document["rows"]) + 1


def test_a_change_of_the_expense_type_is_seen(company: EngineWorkspace) -> None:
    rows = company.query(
        "select consumer_id, service_id, delta_amount, before_capex_amount, after_capex_amount,"
        " moved_by from marts.fct_rule_set_changes where before_capex_amount <> after_capex_amount"
        " and scenario = 'actual' and fiscal_period = '2025-02-01'"
    )
    assert rows == [("plant", "erp", Decimal(0), Decimal(0), Decimal(15), "expense type")]
    text = shown(company, "--by", "both")
    assert "Of it CapEx before 0.00, after 15.00: rules make +15.00 of it" in text
    (line,) = (line for line in text.splitlines() if " erp " in line)
    assert line.split() == ["plant", "erp", "15.00", "15.00", "+0.00", "+15.00", "expense", "type"]
    document = json.loads(shown(company, "--format", "json"))
    assert document["before_capex_amount"] == "0.00"
    assert document["after_capex_amount"] == "15.00"
    assert {rule["column"] for rule in document["rules"] if rule["rule_id"] == "c6970"} == {
        "expense_type"
    }


def test_top_0_shows_all(company: EngineWorkspace) -> None:
    assert shown(company, "--by", "both", "--top", "0") == shown(company, "--by", "both")
    assert "more that change" in shown(company, "--by", "both", "--top", "1")


def test_what_cannot_be_compared_is_told(company: EngineWorkspace) -> None:
    assert "no proposed rule set" in shown(company, "--rule-set", "other", exit_code=1)
    assert "there is no scenario" in shown(company, "--scenario", "none", exit_code=1)
    assert "has no money in 1999" in shown(company, "--year", "1999", exit_code=1)


def test_a_network_behind_a_rate_moves_what_the_rate_charges(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("rated")
    company = EngineWorkspace(folder / "ws")
    company.add("cost_model/rule_sets", rule_set="current", status="current")
    company.add("cost_model/rule_sets", rule_set="next", based_on="current", status="proposed")
    # cost, rate of 10 units before and after, layer of the rate
    for case, (cost, rate, next_rate, layer) in {
        "less": (1000, 10, 10, "cost_pool"),
        "more": (100, 30, 30, "cost_pool"),
        "dearer": (1000, 10, 20, "cost_pool"),
        "tower": (1000, 10, 10, "resource_tower"),
    }.items():
        service, other = f"{case} s1", f"{case} s2"
        before, after = f"{case} c1", f"{case} c2"
        company.services(service, other)
        company.consumers(before, after)
        account = f"61-{case}"
        company.line(cost, account_id=account)
        company.classify(case, 10, "Hardware", case, account_id=account)
        values = {"cost_sub_pool": case}
        if layer == "resource_tower":
            company.add("cost_model/towers", tower="rated", sub_tower=case)
            company.target_set(case, "resource_tower", case)
            company.rule(f"to {case}", "cost_pool", 20, "even", cost_sub_pool=case, target_set=case)
            values = {"from_id": case}
        company.driver(case, "", {service: 10})
        for price, rule_set in [(rate, {}), (next_rate, PROPOSED)]:
            if price != rate or not rule_set:
                company.rule(f"rate {case}", layer, 30, "standard_rate", driver_id=case, rate=price,
                             **values, **rule_set)  # fmt: skip
        company.rule(f"use {case}", "solution", 40, "fixed_percent", from_id=service)
        company.percentages(f"use {case}", "consumer", {before: 100})
        company.rule(f"use {case}", "solution", 40, "fixed_percent", from_id=service, **PROPOSED)
        company.percentages(f"use {case}", "solution", {other: 100}, **PROPOSED)
        company.rule(f"use {other}", "solution", 41, "fixed_percent", from_id=other)
        company.percentages(f"use {other}", "consumer", {after: 100})
    build(company)
    first, second = (moves(company, period) for period in PERIODS)
    assert first == second
    found = {(rule_id, consumer_id): amount for (consumer_id, _, rule_id), amount in first.items()}
    assert found == {
        ("use less", "less c1"): -100,
        ("use less", "less c2"): 100,
        ("use more", "more c1"): -300,
        ("use more", "more c2"): 300,
        ("rate dearer", "dearer c1"): 100,
        ("rate dearer", "VOLUME_VARIANCE"): -100,
        ("use dearer", "dearer c1"): -200,
        ("use dearer", "dearer c2"): 200,
        ("use tower", "tower c1"): -100,
        ("use tower", "tower c2"): 100,
    }
