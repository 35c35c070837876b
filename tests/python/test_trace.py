"""Money can be followed both ways, and the pieces add up: every line, every cell of every bill."""

from __future__ import annotations

import csv
import datetime
import json
import random
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from engine_workspace import PROJECT, EngineWorkspace
from itfm.cli import main
from itfm.trace.sankey import picture
from itfm.trace.text import safe_cell
from itfm.workspace import Workspace

SELECT = (
    "+path:models/allocation +path:models/marts/trace +fct_consumer_cost +fct_service_cost"
    " +rec_ledger_tie_out +fct_consumer_quantity +rec_rejected_rows"
)
SERVICES = ["s1", "s2", "s3", "s4"]
CONSUMERS = ["c1", "c2", "c3"]
ODD = 'Zoë\'s "unit", 7'
TOWERS = ["Servers", "Enterprise Data Center", "Online Storage"]


def write_company(company: EngineWorkspace) -> None:
    """Write a random cost model with credits, tags, a network, gaps and a budget."""
    dice = random.Random(11)
    company.services(*SERVICES, "quiet")
    company.consumers(*CONSUMERS)
    for number in range(150):
        tag = {}
        if number % 9 == 0:
            tag = {"service_id": dice.choice([*SERVICES, "nobody"])}
        if number % 13 == 0:
            tag = {"consumer_id": dice.choice(CONSUMERS)}
        values = {
            "account_id": dice.choice(["6000", "6001", "6002", "6003", "7000", "9999"]),
            "cost_center_id": dice.choice(["CC1", "CC2"]),
            "project_id": ["", "P1", "P2"][number % 3],
            "description": ["a line", "Night backup"][number % 5 == 0],
            **tag,
        }
        sign = -1 if number % 7 == 0 else 1
        amount = sign * dice.choice([0.01, 0.02, 0.03, 1, dice.randint(1, 99999) / 100])
        if number % 4:
            company.line(f"{amount:.2f}", day=f"2025-0{1 + number % 2}-11", **values)
        else:
            company.add(
                "planning/budget_lines", line_id=f"B{number}", budget_version="b1",
                posting_date="2025-01-01", amount=f"{amount:.2f}", **values,
            )  # fmt: skip
    company.line("123.45", account_id="6000", description="to be taken back")
    company.line("-123.45", account_id="6000", description="taken back")
    write_quantities(company)
    write_odd_lines(company)
    write_twins(company)
    company.classify("hw", 10, "Hardware", "Servers", account_id="6000|6001")
    company.classify("people", 20, "Staffing", "Internal Labor", account_id="6002|6003")
    company.classify("backups", 25, "Outside Services", "Consulting", description="*backup*",
                     account_id="7000")  # fmt: skip
    company.classify("any six", 30, "Cloud Services", "IaaS", account_id="6*")
    company.classify("seven", 40, "Outside Services", "Consulting", account_id="7*")
    company.rule("tags", "cost_pool", 5, "tagged")
    company.rule("hw", "cost_pool", 10, "fixed_percent", cost_pool="Hardware")
    company.percentages("hw", "resource_tower", dict(zip(TOWERS, (33.3, 33.3, 33.4), strict=True)))
    company.rule("people", "cost_pool", 20, "even", cost_pool="Staffing", target_set="past")
    company.rule("rest", "cost_pool", 30, "even", cost_pool="Staffing|Hardware", target_set="past")
    company.target_set("past", "solution", "s1|s2")
    company.target_set("past", "consumer", "c1")
    company.target_set("past", "resource_tower", "Servers")
    company.rule(
        "towers", "resource_tower", 10, "driver", from_id="Servers|Enter*", driver_id="use"
    )
    company.driver("use", "*", {"s1": 3, "s2": 5, "s3": 7, "c2": 1, "quiet": 2})
    company.rule("rated pool", "cost_pool", 40, "even", cost_pool="Outside*", target_set="rated")
    company.target_set("rated", "resource_tower", "AI Models")
    company.rule(
        "rated", "resource_tower", 20, "standard_rate", from_id="AI Models", driver_id="use", rate=9
    )
    for service in SERVICES:
        weights = {one: dice.randint(1, 9) for one in [*SERVICES, *CONSUMERS] if one != service}
        company.driver("mesh", service, weights)
    company.rule("mesh", "solution", 10, "driver", from_id="s*", driver_id="mesh")
    company.services("dual")
    company.line("50.01", account_id="6000", service_id="dual")
    company.driver("planned", "dual", {"c1": 1, "c2": 3})
    company.driver("used", "dual", {"c1": 2, "c3": 5})
    company.rule("dual", "solution", 5, "dual_rate", from_id="dual", driver_id="used",
                 budget_driver_id="planned", fixed_percentage=80)  # fmt: skip
    # a proposal that says otherwise at each step stays out of what is asked of the current set
    company.add("cost_model/rule_sets", rule_set="current", status="current")
    company.add("cost_model/rule_sets", rule_set="next", based_on="current", status="proposed")
    company.classify("hw", 10, "Staffing", "Internal Labor", account_id="6000", rule_set="next")
    company.rule("people", "cost_pool", 20, "driver", cost_pool="Staffing", driver_id="use",
                 rule_set="next")  # fmt: skip


def write_twins(company: EngineWorkspace) -> None:
    """Write rules that send the same amount from one cost pool to one tower."""
    for number in range(6):
        team = f"T{number}"
        company.line("10.00", account_id="7000", cost_center_id=team)
        company.rule(f"twin {number}", "cost_pool", 38, "even", cost_pool="Outside*",
                     cost_center_id=team, target_set="rated")  # fmt: skip


def write_quantities(company: EngineWorkspace) -> None:
    """Write a measure that moves as the money does, with corrections and tags."""
    dice = random.Random(12)
    for number in range(40):
        company.add(
            "consumption/quantities", quantity_id=f"Q{number}", measure="kg CO2e", unit="kg",
            quantity_date=f"2025-0{1 + number % 2}-28", account_id=dice.choice(["6000", "6003"]),
            cost_center_id="CC1", service_id=dice.choice([*SERVICES, "", "", ""]),
            quantity=f"{dice.choice([1, 1, -1]) * dice.randint(1, 99999) / 1000:.3f}",
        )  # fmt: skip


def write_odd_lines(company: EngineWorkspace) -> None:
    """Write what people mistype and what systems deliver: zero, rejects, one id twice, quotes."""
    company.add("consumption/consumers", consumer_id=ODD, consumer_name="<b>Zoë's \x1b[31m=1+1</b>")
    company.line("0.00", line_id="ZERO", account_id="6000")
    company.line("77.01", line_id=ODD, account_id="6000", consumer_id=ODD, vendor_id="=cmd()")
    company.line("n/a", line_id="BAD", account_id="6000")
    company.line("12.00", line_id="BOTH", account_id="6002")
    company.line("13.00", line_id="BOTH", account_id="6002")
    company.add(
        "planning/budget_lines", line_id="BOTH", budget_version="b1", posting_date="2025-01-01",
        amount="14.00", account_id="6002", cost_center_id="CC1",
    )  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    folder = tmp_path_factory.mktemp("trace")
    made = EngineWorkspace(folder / "ws")
    write_company(made)
    result = made.build(SELECT)
    faults = made.query("select rule_id, message from allocation.alloc_rule_faults")
    assert result.returncode == 0, f"{faults} {result.stdout[-3000:]}"
    return made


def test_pieces_of_every_line_add_up_to_it(company: EngineWorkspace) -> None:
    lines = """
        select 'actual' as scenario, line_id, amount from core.fct_ledger_lines
        union all select scenario, line_id, amount from core.fct_plan_lines
    """
    wrong = company.query(
        f"""
        with pieces as (
            select rule_set, scenario, line_id, sum(amount) as amount
            from marts.fct_cost_trace group by all)
        select * from ({lines}) as lines left join pieces using (scenario, line_id)
        where lines.amount <> coalesce(pieces.amount, 0)
        """
    )
    assert wrong == []
    assert company.number("select count(distinct scenario) from marts.fct_cost_trace") == 2
    assert company.number("select count(*) from marts.fct_cost_trace where amount < 0") > 10


@pytest.mark.parametrize("view", ["fct_cost_trace", "fct_cost_paths"])
def test_every_cell_is_the_sum_of_its_pieces(company: EngineWorkspace, view: str) -> None:
    wrong = company.query(
        f"""
        with pieces as (
            select scenario, rule_set, fiscal_period, consumer_id, service_id,
                sum(amount) as amount
            from marts.{view} where consumer_id is not null group by all)
        select * from marts.fct_consumer_cost as cells
        full join pieces using (scenario, rule_set, fiscal_period, consumer_id, service_id)
        where coalesce(cells.amount, 0) <> coalesce(pieces.amount, 0)
        """
    )
    assert wrong == []
    wrong = company.query(
        f"""
        with pieces as (
            select scenario, rule_set, fiscal_period, service_id, sub_tower, cost_sub_pool,
                expense_type, sum(amount) as amount
            from marts.{view} where service_id is not null group by all),
        cells as (
            select scenario, rule_set, fiscal_period, service_id, sub_tower, cost_sub_pool,
                expense_type, sum(amount) as amount
            from marts.fct_service_cost group by all)
        select * from cells full join pieces using (
            scenario, rule_set, fiscal_period, service_id, sub_tower, cost_sub_pool, expense_type)
        where coalesce(cells.amount, 0) <> coalesce(pieces.amount, 0)
        """
    )
    assert wrong == []


def test_pieces_of_a_quantity_add_up_both_ways(company: EngineWorkspace) -> None:
    rows = company.query(
        """
        with pieces as (
            select rule_set, quantity_id, sum(quantity) as quantity
            from marts.fct_quantity_trace where unit = 'kg' group by all)
        select delivered.quantity, pieces.quantity from core.fct_quantities as delivered
        left join pieces using (quantity_id)
        """
    )
    assert len(rows) == 2 * 40  # under each rule set
    assert [row for row in rows if row[0] != row[1]] == []
    for view in ("trace", "paths"):
        cells = company.query(
            f"""
            with pieces as (
                select rule_set, fiscal_period, measure, consumer_id, service_id,
                    sum(quantity) as pieces
                from marts.fct_quantity_{view} where consumer_id is not null group by all)
            select cells.quantity, pieces.pieces from marts.fct_consumer_quantity as cells
            full join pieces using (rule_set, fiscal_period, measure, consumer_id, service_id)
            where coalesce(cells.quantity, pieces, 0) <> 0
            """
        )
        assert len(cells) > 10
        assert [row for row in cells if row[0] != row[1]] == []


def test_buckets_add_up_like_lines(company: EngineWorkspace) -> None:
    assert (
        company.query(
            """
        select * from (
            select consumer_id, service_id, tower_id, sum(amount_minor) / 100 as amount
            from allocation.alloc_bucket_pieces where measure = 'amount'
            group by all) as buckets
        full join (
            select consumer_id, service_id, sub_tower as tower_id, sum(amount) as lines_amount
            from marts.fct_cost_trace group by all) as lines
        on buckets.consumer_id is not distinct from lines.consumer_id
            and buckets.service_id is not distinct from lines.service_id
            and buckets.tower_id is not distinct from lines.tower_id
        where round(coalesce(amount, 0) - coalesce(lines_amount, 0), 2) <> 0
        """
        )
        == []
    )


def test_money_that_stops_says_where_and_why(company: EngineWorkspace) -> None:
    stops = company.query(
        "select distinct stopped_before, place, reason_code from marts.fct_cost_trace"
        " where consumer_id is null order by all"
    )
    assert ("cost_pool", "UNALLOCATED", "unclassified") in stops
    assert ("solution", "VOLUME_VARIANCE", "volume_variance") in stops
    assert ("resource_tower", "UNALLOCATED", "tag_unknown") in stops
    assert ("solution", "UNALLOCATED", "no_matching_rule") in stops
    assert ("consumer", "UNALLOCATED", "no_matching_rule") in stops


def test_rules_take_and_send_the_same(company: EngineWorkspace) -> None:
    assert (
        company.query(
            """
        select * from (
            select scenario, fiscal_period, rule_layer, rule_id, sum(amount) as taken
            from marts.fct_rule_senders where rule_layer <> 'classification' group by all)
        full join (
            select scenario, fiscal_period, rule_layer, rule_id, sum(amount) as sent
            from marts.fct_rule_receivers group by all)
        using (scenario, fiscal_period, rule_layer, rule_id)
        where coalesce(taken, 0) <> coalesce(sent, 0)
        """
        )
        == []
    )
    next_rules = company.query(
        "select distinct rule_layer, rule_id, next_rule_id from marts.fct_rule_senders"
        " where rule_id in ('hw', 'people', 'any six', 'seven') order by all"
    )
    assert ("classification", "hw", "any six") in next_rules
    assert ("cost_pool", "hw", "rest") in next_rules
    assert ("classification", "seven", None) in next_rules


def test_money_past_a_network_counts_once(company: EngineWorkspace) -> None:
    # the rule sends a quarter each to two services of a network, a tower and a consumer
    shares = company.query(
        "select distinct round(c1 - c0, 9) from allocation.alloc_paths"
        " where rule_id = 'people' and to_layer in ('consumer', 'resource_tower')"
        " and rule_set = 'current'"
    )
    assert shares == [(0.25,)]


def run(company: EngineWorkspace, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*arguments, str(company.folder), "--work"])
    assert result.exit_code == code, result.output
    return result.output


def test_a_cell_is_traced_to_its_lines(company: EngineWorkspace) -> None:
    consumer, service, period, amount = company.query(
        "select consumer_id, service_id, fiscal_period, amount from marts.fct_consumer_cost"
        " where scenario = 'actual' and rule_set = 'current' and service_id <> 'DIRECT'"
        " order by abs(amount) desc limit 1"
    )[0]
    cell = ["trace", "--consumer", consumer.upper(), "--service", service]
    cell += ["--period", f"{period:%Y-%m}"]
    text = run(company, *cell, "--limit", "3")
    assert "From cost pools" in text
    assert "more lines" in text
    assert f"{amount:,.2f} USD" in text
    found = json.loads(run(company, *cell, "--format", "json", "--limit", "0"))
    assert Decimal(found["amount"]) == amount
    assert sum(Decimal(line["amount"]) for line in found["lines"]) == amount
    assert sum(Decimal(one["amount"]) for one in found["accounts"]) == amount
    last = [step for step in found["steps"] if step["step"] == 3]
    assert sum(Decimal(step["amount"]) for step in last) == amount
    assert last[0]["rule_id"] == "mesh"
    assert last[0]["driver_id"] == "mesh"
    assert last[0]["driver_period"] == "2025-01-01"
    shown = json.loads(run(company, *cell, "--format", "json", "--limit", "5"))
    parts = sum(Decimal(line["amount"]) for line in shown["lines"])
    assert parts + Decimal(shown["more_lines"]["amount"]) == amount
    assert len(shown["lines"]) == 5


def test_equal_amounts_stand_in_the_order_of_their_rules(company: EngineWorkspace) -> None:
    steps = traced(company, "--cost-pool", "Outside Services", "--period", "2025-01")["steps"]
    twins = [one["rule_id"] for one in steps if one["amount"] == "10.00" and one["step"] == 1]
    assert twins == [f"twin {number}" for number in range(6)]


def test_each_part_of_a_dual_rate_names_its_driver(company: EngineWorkspace) -> None:
    cell = ["--service", "dual", "--consumer", "c1", "--period", "2025-01"]
    steps = {one["driver_id"]: one["amount"] for one in traced(company, *cell)["steps"]
             if one["step"] == 3}  # fmt: skip
    # 80% by plan, 1 of 4; 20% by use, 2 of 7
    assert steps == {"planned": "10.00", "used": "2.86"}
    receivers = json.loads(run(company, "explain", "dual", "--format", "json"))["receivers"]
    assert {(one["to_id"], one["driver_id"]) for one in receivers} == {
        ("c1", "planned"), ("c2", "planned"), ("c1", "used"), ("c3", "used"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "chosen",
    [
        ["--tower", "Servers"],
        ["--cost-pool", "Hardware"],
        ["--service", "DIRECT"],
        ["--tower", "DIRECT", "--consumer", "c1"],
        ["--consumer", "c2", "--scenario", "b1", "--period", "2025-01-01"],
    ],
)
def test_other_cells_add_up_too(company: EngineWorkspace, chosen: list[str]) -> None:
    found = json.loads(run(company, "trace", *chosen, "--format", "json", "--limit", "0"))
    amount = Decimal(found["amount"])
    assert sum(Decimal(line["amount"]) for line in found["lines"]) == amount
    assert sum(Decimal(one["amount"]) for one in found["accounts"]) == amount


def test_a_line_is_traced_to_everybody(company: EngineWorkspace) -> None:
    for line, amount in company.query("select line_id, amount from core.fct_ledger_lines")[::25]:
        found = json.loads(run(company, "trace", "--line", line, "--format", "json"))
        assert sum(Decimal(one["amount"]) for one in found["receivers"]) == amount
        first = [step for step in found["steps"] if step["step"] == 1]
        assert sum(Decimal(step["amount"]) for step in first) == amount
    assert "Who pays" in run(company, "trace", "--line", line)


def parts(found: dict[str, Any], what: str) -> Decimal:
    return sum((Decimal(one["amount"]) for one in found[what]), Decimal(0))


def traced(company: EngineWorkspace, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(company, "trace", *arguments, "--format", "json"))
    return found


def test_a_quantity_is_traced_like_money(company: EngineWorkspace) -> None:
    cells = company.query(
        "select consumer_id, service_id, strftime(fiscal_period, '%Y-%m'), quantity"
        " from marts.fct_consumer_quantity where quantity <> 0 and service_id <> 'DIRECT'"
        " and rule_set = 'current' order by all"
    )
    assert len(cells) > 5
    for consumer, service, period, quantity in cells[::5]:
        found = traced(
            company, "--consumer", consumer, "--service", service, "--period", period,
            "--measure", "KG CO2E", "--limit", "0",
        )  # fmt: skip
        assert (found["measure"], found["unit"]) == ("kg CO2e", "kg")
        assert Decimal(found["amount"]) == quantity
        assert parts(found, "lines") == parts(found, "accounts") == quantity
        assert sum(Decimal(one["amount"]) for one in found["steps"] if one["step"] == 3) == quantity
    text = run(company, "trace", "--consumer", "c1", "--measure", "kg CO2e")
    assert " kg (kg CO2e) in 2025-02-01" in text
    assert "USD" not in text
    found = traced(company, "--line", "Q3", "--measure", "kg CO2e")
    assert parts(found, "receivers") == Decimal(found["line"]["amount"])
    assert found["line"]["line_number"] == 5


def test_objects_passed_are_those_that_handed_on(company: EngineWorkspace) -> None:
    # over all places of rest, what an object hands on of each cell is what it hands on at all
    passed: dict[str, Decimal] = {}
    cells = 0
    for service in [*SERVICES, "DIRECT", "quiet"]:
        for scenario, period in company.query(
            "select distinct scenario, strftime(fiscal_period, '%Y-%m') from marts.fct_cost_paths"
            " where service_id = ?", service,
        ):  # fmt: skip
            found = traced(
                company, "--service", service, "--period", period, "--scenario", scenario
            )
            for one in found["passed"]:
                key = f"{scenario} {period} {one['layer']} {one['object_id']}"
                passed[key] = passed.get(key, Decimal(0)) + Decimal(one["amount"])
            cells += 1
            # what comes in less what is handed on is what rests there
            rests: dict[str, Decimal] = {}
            for hop in found["hops"]:
                if hop["layer"] == "solution":
                    amount = Decimal(hop["amount"])
                    rests[hop["to_id"]] = rests.get(hop["to_id"], Decimal(0)) + amount
                    if not hop["enters"]:
                        rests[hop["from_id"]] = rests.get(hop["from_id"], Decimal(0)) - amount
            for place, amount in rests.items():
                if place != service:
                    assert abs(amount) < Decimal("0.30"), (service, place)
    gross = company.query(
        "select concat_ws(' ', scenario, strftime(fiscal_period, '%Y-%m'), layer, object_id),"
        " handed_on_minor * 0.01 from allocation.alloc_layer_totals"
        " where rule_set = 'current' and handed_on_minor <> 0"
    )
    assert cells > 10
    assert len(gross) > 8
    assert set(passed) >= {key for key, amount in gross if abs(amount) > Decimal(1)}
    for key, amount in gross:
        assert abs(passed.get(key, Decimal(0)) - amount) < Decimal("0.30"), key


def test_passed_objects_are_a_memo_of_the_cell(company: EngineWorkspace) -> None:
    found = traced(company, "--consumer", "c1", "--service", "s1")
    assert found["memo"].startswith("Memo: ")
    first = found["passed"][0]
    assert first["part"] == pytest.approx(float(first["amount"]) / float(found["amount"]))
    hops = [one for one in found["hops"] if one["from_id"] == first["object_id"]]
    assert parts({"hops": hops}, "hops") == Decimal(first["amount"])
    assert {one["rule_id"] for one in hops} == {"mesh"}
    assert hops[0]["driver_period"] == "2025-01-01"
    text = run(company, "trace", "--consumer", "c1", "--service", "s1")
    assert "counts twice" in text
    # money past the networks passed nothing
    none = traced(company, "--consumer", ODD, "--period", "2025-01")
    assert (none["passed"], none["hops"], none["memo"]) == ([], [], None)


def test_money_that_stops_is_traced_by_place_and_reason(company: EngineWorkspace) -> None:
    frame = "rule_set = 'current' and scenario = 'actual' and fiscal_period = '2025-02-01'"
    stopped = f"select sum(amount) from marts.fct_cost_paths where {frame} and "
    everything = company.number(f"{stopped} place = 'UNALLOCATED'")
    assert Decimal(traced(company, "--consumer", "unallocated")["amount"]) == everything
    assert Decimal(traced(company, "--place", "UNALLOCATED")["amount"]) == everything
    before = company.number(f"{stopped} place = 'UNALLOCATED' and stopped_before <> 'consumer'")
    assert Decimal(traced(company, "--service", "UNALLOCATED")["amount"]) == before
    assert everything != before
    found = traced(company, "--reason", "unclassified", "--limit", "0")
    amount = company.number(f"{stopped} reason_code = 'unclassified'")
    assert Decimal(found["amount"]) == parts(found, "lines") == amount
    assert parts(found, "accounts") == amount
    assert {one["account_id"] for one in found["lines"]} == {"9999"}


def test_odd_lines_are_told_apart(company: EngineWorkspace) -> None:
    text = run(company, "trace", "--line", "BAD", code=1)
    assert "inputs/ledger/journal_lines.csv, line " in text
    assert "unparsable_number" in text
    assert "amount n/a" in text
    text = run(company, "trace", "--line", "ZERO")
    assert "nothing flows" in text
    text = run(company, "trace", "--line", "BOTH")
    assert text.startswith("Engine Test: line BOTH\n12.00 USD")
    assert "Scenario b1 has a line of this id too: --scenario b1." in text
    assert "an earlier row has the same key" in text
    assert "\n14.00 USD" in run(company, "trace", "--line", "BOTH", "--scenario", "b1")
    assert "\n77.01 USD" in run(company, "trace", "--line", ODD)
    text = run(company, "trace", "--consumer", ODD, "--period", "2025-01")
    assert "\x1b" not in text
    csv_text = run(company, "trace", "--consumer", ODD, "--period", "2025-01", "--format", "csv")
    rows = list(csv.DictReader(csv_text.splitlines()))
    assert [row["vendor"] for row in rows] == ["'=cmd()"]


def test_a_picture_stands_alone_and_is_escaped(company: EngineWorkspace, tmp_path: Path) -> None:
    page = tmp_path / "trace.html"
    run(company, "trace", "--service", "s1", "--format", "html", "--output", str(page))
    html = page.read_text(encoding="utf-8")
    assert "<svg" in html
    assert "http" not in html
    found = json.loads(run(company, "trace", "--service", "s1", "--format", "json"))
    found["company"] = "<script>alert(1)</script>"
    for number, step in enumerate(found["steps"]):
        step["to_name"] = f"</title><b>{number}"
        step["amount"] = Decimal(step["amount"])
    found["accounts"] = [one | {"amount": Decimal(one["amount"])} for one in found["accounts"]]
    assert found["passed"]
    for one in [*found["passed"], *found["hops"]]:
        one |= dict.fromkeys(("object_name", "from_name", "to_name", "rule_id"), "<img src=x>")
        one["amount"] = Decimal(one["amount"])
    found["amount"] = Decimal(found["amount"])
    found["fiscal_period"] = datetime.date.fromisoformat(found["fiscal_period"])
    html = picture(found)
    assert "<script>alert" not in html
    assert "</title><b>" not in html
    assert "<img" not in html
    assert "counts twice" in html


def test_many_small_boxes_become_one() -> None:
    steps = [
        {"step": 3, "from_layer": "solution", "from_id": "s", "from_name": None,
         "to_layer": "consumer", "to_id": f"c{number}", "to_name": None, "reason_code": None,
         "rule_id": "r", "amount": Decimal(100 - number)}
        for number in range(40)
    ]  # fmt: skip
    found = {
        "direction": "back", "company": "Many", "currency": "EUR", "scenario": "actual",
        "rule_set": "current", "fiscal_period": datetime.date(2025, 1, 1), "selection": {},
        "amount": Decimal(3220), "accounts": [], "steps": steps, "note": "", "measure": "amount",
        "unit": "EUR", "passed": [],
    }  # fmt: skip
    assert "others (24)" in picture(found)
    # a cent that stopped is seen all the same, and a long name is cut where its letters are wide
    steps[0] |= {"to_name": "数据平台服务" * 9}
    steps.append(
        steps[1]
        | {"to_id": "UNALLOCATED", "reason_code": "zero_weights", "amount": Decimal("0.01")}
    )
    html = picture(found)
    assert "UNALLOCATED: all weights of th" in html
    assert f">{('数据平台服务' * 9)[:16]}…<" in html


def test_spreadsheets_see_no_formula(company: EngineWorkspace) -> None:
    assert safe_cell("=1+1") == "'=1+1"
    assert safe_cell(Decimal(-1)) == Decimal(-1)
    text = run(company, "trace", "--service", "s1", "--format", "csv")
    assert text.startswith("line_id,")
    assert run(company, "trace", "--line", "ZERO", "--format", "csv").startswith("receiver,")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trace"], "say what to trace"),
        (["trace", "--consumer", "c9"], "no consumer c9. Did you mean"),
        (["trace", "--consumer", "c1", "--period", "2025-P07"], "2025-02-01 or 2025-P02"),
        (["trace", "--consumer", "c1", "--period", "March"], "write 2025-03 or 2025-03-01"),
        (["trace", "--consumer", "c1", "--period", "2031-01"], "its periods start from 2025-01-01"),
        (["trace", "--line", "L9999"], "no line L9999. Did you mean"),
        (["trace", "--line", "L1", "--tower", "Servers"], "followed forward by itself"),
        (["trace", "--service", "s1", "--scenario", "b2"], "no scenario b2. Did you mean b1"),
        (["trace", "--service", "s1", "--format", "html"], "add --output"),
        (["trace", "--service", ""], "no service ''"),
        (["trace", "--consumer", "c1", "--measure", "litres"], "There are amount, kg CO2e"),
        (["trace", "--consumer", "c1", "--measure", "kg CO2e", "--scenario", "b1"], "no kg CO2e"),
        (["trace", "--line", "Q1"], 'add --measure "kg CO2e"'),
        (["trace", "--line", "L1", "--measure", "kg CO2e"], "leave --measure out"),
        (["trace", "--line", "L1", "--scenario", "b1"], "is in actual, not in b1"),
        (["trace", "--line", "L1", "--period", "2025-01"], "counts in 2025-02-01"),
        (["trace", "--reason", "unclasified"], "Did you mean unclassified"),
        (["trace", "--consumer", ODD, "--service", "s1"], "Nothing at all reaches consumer Zo"),
        (
            ["trace", "--consumer", ODD, "--service", "s1", "--period", "2025-01"],
            "together they hold none",
        ),
        (["trace", "--consumer", "ZZZ"], "no consumer ZZZ. There are Zo"),
        (["trace", "--line", "?"], "no line ?. The nearest is "),
        (["trace", "--service", "quiet", "--place", "UNTAGGED"], "No other period holds any."),
        (["explain", "peple"], "has no rule peple. Did you mean people"),
        (["explain", "NOPE"], "has no rule NOPE. `itfm rules` lists them all."),
    ],
)
def test_errors_say_what_to_do(company: EngineWorkspace, arguments: list[str], words: str) -> None:
    assert words in run(company, *arguments, code=1)


def test_without_a_warehouse_it_says_how_to_build(tmp_path: Path) -> None:
    (tmp_path / "workspace.yml").write_text("company: None\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["explain", "x", str(tmp_path)])
    assert result.exit_code == 1
    assert "itfm build" in result.output


def test_rules_are_explained(company: EngineWorkspace) -> None:
    found = json.loads(run(company, "explain", "HW", "--format", "json", "--period", "2025-01"))
    assert found["rule"]["rule_layer"] == "cost_pool"
    assert {one["to_id"] for one in found["receivers"]} == set(TOWERS)
    amount = sum(Decimal(one["amount"]) for one in found["receivers"])
    assert amount == Decimal(found["amount"])
    assert [one["next_rule_id"] for one in found["without_it"]] == ["rest"]
    assert found["first_period_with_money"] == "2025-01-01"
    assert "valid      always; took money from 2025-01-01" in run(company, "explain", "hw")
    text = run(company, "explain", "tags", "--period", "2025-01")
    assert ODD + " <b>Zoë's" in text
    text = run(company, "explain", "mesh")
    assert "handed on" in text
    assert "unallocated" in text
    assert "terms      target set" in run(company, "explain", "rest")
    assert "sorts lines" in run(company, "explain", "seven")
    assert "Rules that come before it take what it matches: " in run(company, "explain", "rest")


def test_rules_are_listed_in_the_order_in_which_they_are_tried(company: EngineWorkspace) -> None:
    found = json.loads(run(company, "rules", "--format", "json"))["rules"]
    layers = list(dict.fromkeys(one["layer"] for one in found))
    assert layers == ["classification", "cost_pool", "resource_tower", "solution"]
    (known,) = company.query(
        "select (select count(*) from allocation.alloc_effective_rules where rule_set = 'current')"
        " + (select count(*) from allocation.alloc_classification_rules"
        " where rule_set = 'current')"
    )
    assert len(found) == known[0]
    text = run(company, "rules")
    assert f"{known[0]} rules in rule set current" in text
    assert [one["rule_id"] for one in found if one["layer"] == "cost_pool"][:3] == [
        "tags", "hw", "people",
    ]  # fmt: skip
    last = ["solution", "10", "mesh", "driver", "current", "Tester"]
    assert text.splitlines()[-1].split() == last


def test_a_share_says_of_what(company: EngineWorkspace) -> None:
    found = json.loads(run(company, "explain", "mesh", "--format", "json"))
    by_base: dict[tuple[str, str], float] = {}
    for one in found["receivers"]:
        key = (one["from_id"], one["share_of"])
        by_base[key] = by_base.get(key, 0) + one["share"]
    assert {base for _, base in by_base} == {"what_leaves", "all_held"}
    for (_, base), share in by_base.items():
        assert abs(share - 1) < 1e-9 if base == "what_leaves" else 0 < share < 1
    assert "of what leaves  of all it holds" in run(company, "explain", "mesh")
    rated = json.loads(run(company, "explain", "rated", "--format", "json"))["receivers"]
    charged = [one["share"] for one in rated if one["share_of"] == "what_is_charged"]
    assert abs(sum(charged) - 1) < 1e-9
    assert {one["to_id"] for one in rated if one["share"] is None} == {"VOLUME_VARIANCE"}
    assert "of what is charged" in run(company, "explain", "rated")
    text = run(company, "explain", "hw", "--period", "2025-01")
    assert "of what leaves" not in text
    assert "share" in text


def test_a_period_without_the_money_names_the_nearest_with_it(company: EngineWorkspace) -> None:
    (row,) = company.query(
        "select consumer_id, service_id, min(fiscal_period), count(distinct fiscal_period)"
        " from marts.fct_cost_paths where scenario = 'actual' and rule_set = 'current'"
        " and consumer_id is not null group by all"
        " having count(distinct fiscal_period) = 1 order by all limit 1"
    )
    consumer, service, held, _ = row
    other = "2025-02" if held.month == 1 else "2025-01"
    text = run(
        company, "trace", "--consumer", consumer, "--service", service, "--period", other, code=1
    )
    assert f"The nearest period that holds some: --period {held}." in text


def test_views_work_under_another_name(company: EngineWorkspace, tmp_path: Path) -> None:
    copy = tmp_path / "renamed.duckdb"
    shutil.copyfile(company.folder / "build" / "warehouse.duckdb", copy)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy}' as other (read_only)")
        views = connection.execute(
            "select schema_name, view_name from duckdb_views() "
            "where database_name = 'other' and not internal"
        ).fetchall()
        assert {schema for schema, _ in views} >= {"input_layer", "allocation", "marts"}
        for schema, view in views:
            connection.execute(f'select 1 from other."{schema}"."{view}" limit 1').fetchall()


def test_a_row_that_no_reader_could_cut_hides_no_other(tmp_path: Path) -> None:
    raw = {2: 'N34,2025-01-15,"open', 3: '{"line_id": "N3", "amount": "x"}', 4: "N35;1"}
    query = (PROJECT / "scripts/itfm/trace/queries/rejected.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            "create schema reconciliation; create table reconciliation.rec_rejected_rows"
            " (table_name varchar, file_name varchar, line_number int, reason_code varchar,"
            " column_name varchar, raw_row varchar)"
        )
        connection.executemany(
            "insert into reconciliation.rec_rejected_rows values"
            " ('journal_lines', 'a.csv', ?, 'x', null, ?)",
            list(raw.items()),
        )
        for line_id, line_number in [("N34", 2), ("N3", 3), ("N35", 4)]:
            found = connection.execute(query, {"line_id": line_id}).fetchall()
            assert [row[2] for row in found] == [line_number]


FETCH = """
import sys
import duckdb

connection = duckdb.connect(sys.argv[1], read_only=True)
connection.execute("set threads = " + sys.argv[2])
connection.execute(sys.argv[3])
while connection.fetchmany(10_000):
    pass
"""


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("mart", ["fct_cost_paths", "fct_quantity_paths", "fct_cost_trace"])
def test_a_client_that_fetches_piece_by_piece_gets_to_the_end(
    demo_workspace: Workspace, mart: str, threads: str
) -> None:
    # the limit is no measure of speed: without an end of the union, DuckDB waits for ever
    query = f"select * from marts.{mart} where fiscal_period >= date '2025-10-01'"
    database = str(demo_workspace.path / "warehouse.duckdb")
    subprocess.run([sys.executable, "-c", FETCH, database, threads, query], check=True, timeout=600)
