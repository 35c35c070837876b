"""The quality marts, on a small company whose every figure can be worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine_workspace import EngineWorkspace

SELECT = "+path:models/allocation +path:models/marts/model_quality"
MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05"]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Return five months in which bills move by use, by cost, and twice by rules."""
    folder = tmp_path_factory.mktemp("quality")
    made = EngineWorkspace(folder / "company")
    # a proposed set that changes nothing: a join that forgets the rule set doubles what it reads
    made.add("cost_model/rule_sets", rule_set="current", status="current")
    made.add("cost_model/rule_sets", rule_set="next", based_on="current", status="proposed")
    made.services("mail", "web")
    made.consumers("a", "b", "c", "d")
    for month in MONTHS:
        day = f"{month}-15"
        # hardware doubles in March
        made.line(800 if month < "2025-03" else 1600, day=day, account_id="6000")
        made.line(60, day=day, account_id="6200")  # its driver has no data
        made.line(40, day=day, account_id="9999")  # no classification rule
        if month < "2025-05":
            amount = 100 if month < "2025-03" else 150
            made.line(amount, day=day, account_id="6100", consumer_id="c")
        if month > "2025-01":
            made.line(10, day=day, account_id="6100", consumer_id="d")
    made.classify("hardware", 10, "Hardware", "Servers", account_id="6000")
    made.classify("tagged", 20, "Software & SaaS", "Licensing", account_id="6100")
    made.classify("rest", 30, "Misc Costs", "Other Operating", account_id="6200")
    made.rule("tags", "cost_pool", 10, "tagged", cost_pool="Software*")
    made.rule("hw", "cost_pool", 20, "even", cost_pool="Hardware", target_set="servers")
    made.rule(
        "gap", "cost_pool", 30, "driver", cost_pool="Misc*", target_set="services", driver_id="none"
    )
    made.rule("never", "cost_pool", 40, "even", cost_pool="Staffing", target_set="servers")
    made.rule(
        "later", "cost_pool", 15, "even", cost_pool="Hardware", target_set="servers",
        valid_from="2026-01-01",
    )  # fmt: skip
    made.target_set("servers", "resource_tower", "Servers")
    made.target_set("services", "solution", "mail|web")
    made.rule("hosts", "resource_tower", 10, "driver", driver_id="hosts", valid_to="2025-03-31")
    made.rule("agreed", "resource_tower", 20, "fixed_percent", valid_from="2025-04-01")
    made.percentages("agreed", "solution", {"mail": 25, "web": 75})
    made.driver("hosts", "Servers", {"mail": 1, "web": 1})
    made.rule("boxes", "solution", 10, "driver", from_id="mail", driver_id="boxes")
    made.driver("boxes", "mail", {"a": 3, "b": 1})
    made.driver("boxes", "mail", {"a": 1, "b": 3}, day="2025-02-01")
    made.rule("web", "solution", 20, "fixed_percent", from_id="web", valid_to="2025-04-30")
    made.percentages("web", "consumer", {"a": 90, "b": 10})
    made.rule("web 2", "solution", 20, "fixed_percent", from_id="web", valid_from="2025-05-01")
    made.percentages("web 2", "consumer", {"a": 30, "b": 70})
    for table, version, plans in (
        ("forecast", "f1", {"2025-01": 1040, "2025-02": 1111, "2025-07": 9}),
        ("budget", "b1", {"2025-01": 500}),
    ):
        for month, amount in plans.items():
            made.add(
                f"planning/{table}_lines",
                **{
                    "line_id": f"{version} {month}",
                    f"{table}_version": version,
                    "posting_date": f"{month}-01",
                    "account_id": "6000",
                    "cost_center_id": "CC1",
                    "amount": amount,
                },
            )
    result = made.build(SELECT)
    faults = made.query("select rule_id, message from allocation.alloc_rule_faults")
    assert result.returncode == 0, f"{faults} {result.stdout[-1000:]}"
    return made


@pytest.fixture(params=["current", "next"])
def rule_set(request: pytest.FixtureRequest) -> str:
    """Return one of two rule sets that hold the same."""
    return str(request.param)


def metrics(
    company: EngineWorkspace,
    month: str = "2025-01",
    scenario: str = "actual",
    rule_set: str = "current",
) -> dict[tuple[str, str], tuple[Any, ...]]:
    rows = company.query(
        "select metric, detail, percentage, amount, stage, stage_name, is_red_flag"
        " from marts.fct_model_quality"
        " where scenario = ? and fiscal_period = ? and rule_set = ?",
        scenario,
        f"{month}-01",
        rule_set,
    )
    found = {row[:2]: row[2:] for row in rows}
    assert len(found) == len(rows)
    return found


def test_coverage_and_measured_use_have_stages(company: EngineWorkspace) -> None:
    found = metrics(company)
    assert found["allocation_coverage", "all"] == (90, 900, 4, "managed", False)
    # exactly at a threshold is still the lower stage
    assert found["consumptive_share", "all"] == (40, 400, 2, "developing", False)


def test_money_is_shared_by_method_and_by_reason(company: EngineWorkspace, rule_set: str) -> None:
    found = metrics(company, rule_set=rule_set)
    shares = {key: value[:2] for key, value in found.items() if key[0].endswith("_share")}
    assert shares == {
        ("consumptive_share", "all"): (40, 400),
        ("method_share", "driver"): (40, 400),
        ("method_share", "fixed_percent"): (40, 400),
        ("method_share", "tagged"): (10, 100),
        ("unallocated_share", "no_driver_data"): (6, 60),
        ("unallocated_share", "unclassified"): (4, 40),
        ("residual_share", "unallocated"): (10, 100),
        ("residual_share", "Misc Costs"): (6, 60),
    }
    flags = {key for key, value in found.items() if value[-1]}
    assert flags == {
        ("unallocated_share", "no_driver_data"),
        ("residual_share", "unallocated"),
        ("residual_share", "Misc Costs"),
    }
    # twice the money, the same gaps: 1,610 of 1,710... less than 5 percent is no flag
    later = metrics(company, "2025-03")
    assert not later["unallocated_share", "no_driver_data"][-1]
    assert later["residual_share", "unallocated"][-1]


def test_forecasts_have_an_error_and_a_stage(company: EngineWorkspace) -> None:
    first = metrics(company, scenario="f1")["forecast_error", "all"]
    assert first == (4, Decimal(-40), 5, "optimised", False)
    # 4 percent in January and 10 in February are 7 in the mean
    second = metrics(company, "2025-02", "f1")["forecast_error", "all"]
    assert second == (7, Decimal(-101), 4, "managed", False)
    assert ("forecast_error", "all") not in metrics(company, "2025-07", "f1")
    assert metrics(company, scenario="b1")["budget_error", "all"] == (50, 500, None, None, False)


def test_bills_that_jump_say_why(company: EngineWorkspace, rule_set: str) -> None:
    jumps = company.query(
        "select strftime(fiscal_period, '%Y-%m'), consumer_id, reason, previous_amount, amount,"
        " volume_amount, cost_amount, rules_amount from marts.fct_bill_jumps"
        " where scenario = 'actual' and rule_set = ? order by all",
        rule_set,
    )
    assert jumps == [
        # boxes move from a to b: half of mail, 400
        ("2025-02", "a", "volume", 660, 460, -200, 0, 0),
        ("2025-02", "b", "volume", 140, 340, 200, 0, 0),
        ("2025-02", "d", "new_consumer", 0, 10, 0, 10, 0),
        # hardware doubles, and so does a line that names its consumer
        ("2025-03", "a", "cost", 460, 920, 0, 460, 0),
        ("2025-03", "b", "cost", 340, 680, 0, 340, 0),
        ("2025-03", "c", "cost", 100, 150, 0, 50, 0),
        # another tower rule moves a quarter of 1,600 from mail to web
        ("2025-04", "a", "rules", 920, 1180, 0, 0, 260),
        ("2025-04", "b", "rules", 680, 420, 0, 0, -260),
        # another rule at the last step
        ("2025-05", "a", "rules", 1180, 460, 0, 0, -720),
        ("2025-05", "b", "rules", 420, 1140, 0, 0, 720),
        ("2025-05", "c", "gone_consumer", 150, 0, 0, -150, 0),
    ]


def test_old_driver_values_show_their_age_and_their_money(
    company: EngineWorkspace, rule_set: str
) -> None:
    ages = company.query(
        "select strftime(fiscal_period, '%Y-%m'), rule_id, driver_id,"
        " strftime(driver_period, '%Y-%m'), age_in_periods, amount from marts.fct_driver_ages"
        " where rule_set = ? order by all",
        rule_set,
    )
    assert ages == [
        ("2025-02", "hosts", "hosts", "2025-01", 1, 800),
        ("2025-03", "boxes", "boxes", "2025-02", 1, 800),
        ("2025-03", "hosts", "hosts", "2025-01", 2, 1600),
        ("2025-04", "boxes", "boxes", "2025-02", 2, 400),
        ("2025-05", "boxes", "boxes", "2025-02", 3, 400),
    ]


def test_rules_without_effect_say_why(company: EngineWorkspace) -> None:
    rules = company.query(
        "select rule_id, cause, owner, strftime(unused_since, '%Y-%m') from marts.fct_unused_rules"
        " where rule_set = 'current' order by all"
    )
    assert rules == [
        ("later", "starts_later", "Tester", "2026-01"),
        ("never", "takes_no_money", "Tester", "2025-01"),
    ]
