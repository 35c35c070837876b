"""Faults that other allocation engines were found to have, each tried here by the real pipeline."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine_workspace import ALLOCATION, EngineWorkspace

SELECTION = (
    f"{ALLOCATION} +path:models/reconciliation/rec_ledger_tie_out.sql"
    " +path:models/marts/budget --exclude resource_type:unit_test"
)
RING = 5
RINGS = 25


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build one company in which every fault would show."""
    folder = tmp_path_factory.mktemp("faults")
    company = EngineWorkspace(folder / "ws", folder / "target")
    company.classify("all", 900, "Staffing", "Internal Labor")
    company.consumers("c1", "c2", "c3", "unplanned", *[f"crowd {n:04d}" for n in range(3000)])
    company.services("crowded", "near a", "near b", *[f"chain {n:03d}" for n in range(101)])
    company.services("ghost")

    # rules that end with 2025, and money in 2026
    company.rule("tagged", "cost_pool", 10, "tagged")
    company.rule("2025", "cost_pool", 20, "even", account_id="7000", target_set="two",
                 valid_to="2025-12-31")  # fmt: skip
    company.target_set("two", "consumer", "c1|c2")
    company.line(100, account_id="7000", day="2025-01-10")
    company.line(40, account_id="7000", day="2025-02-10")  # a second period of the year
    company.line(70, account_id="7000", day="2026-01-10")

    # +100 and -100 of one account that go different ways after the split by label
    company.line(100, account_id="7100", cost_center_id="A")
    company.line(-100, account_id="7100", cost_center_id="B")
    company.rule("label a", "cost_pool", 30, "even", account_id="7100", cost_center_id="A",
                 target_set="one")  # fmt: skip
    company.rule("label b", "cost_pool", 31, "even", account_id="7100", cost_center_id="B",
                 target_set="other")  # fmt: skip
    company.target_set("one", "consumer", "c1")
    company.target_set("other", "consumer", "c3")
    # and two lines that nothing tells apart but their sign, over three receivers
    company.line("0.05", account_id="7200")
    company.line("-0.05", account_id="7200")
    company.rule("signs", "cost_pool", 40, "even", account_id="7200", target_set="three")
    company.target_set("three", "consumer", "c1|c2|c3")

    # a consumer that has actuals and no plan, and one with plan and no actuals
    company.line(11, consumer_id="unplanned", account_id="7300")
    company.add("planning/budget_lines", line_id="B1", budget_version="b", amount=10,
                posting_date="2025-01-01", account_id="7300", consumer_id="c1",
                cost_center_id="CC1")  # fmt: skip
    company.rule("plan", "cost_pool", 50, "tagged", account_id="7300")

    # one cent over 200 and 3,000 receivers
    company.line("0.01", account_id="7400")
    company.target_set("200", "consumer", "crowd 00*|crowd 01*")
    company.rule("one cent", "cost_pool", 60, "even", account_id="7400", target_set="200")
    company.line("123456.78", service_id="crowded")
    company.target_set("crowd", "consumer", "crowd *")
    company.rule("crowded", "solution", 70, "even", from_id="crowded", target_set="crowd")

    # many separate circles, one that keeps 97% inside, and a chain of a hundred
    for ring in range(RINGS):
        names = [f"ring {ring:02d} {n}" for n in range(RING)]
        company.services(*names)
        company.line(100, service_id=names[0])
        for number, name in enumerate(names):
            rule_id = f"r{name}"
            company.rule(rule_id, "solution", 100, "fixed_percent", from_id=name)
            company.percentages(rule_id, "solution", {names[(number + 1) % RING]: 90})
            company.percentages(rule_id, "consumer", {"c1" if number % 2 else "c2": 10})
    for name, other in (("near a", "near b"), ("near b", "near a")):
        company.rule(name, "solution", 101, "fixed_percent", from_id=name)
        company.percentages(name, "solution", {other: 97})
        company.percentages(name, "consumer", {"c1" if name == "near a" else "c2": 3})
    company.line("19690.00", service_id="near a")  # and ten from the rule below
    for number in range(100):
        rule_id = f"link {number:03d}"
        company.driver("hands on", f"chain {number:03d}", {f"chain {number + 1:03d}": 1})
        company.rule(rule_id, "solution", 102, "driver", from_id=f"chain {number:03d}",
                     driver_id="hands on")  # fmt: skip
    company.line(1000, service_id="chain 000")
    company.driver("hands on", "chain 100", {"c3": 1})
    company.rule("last link", "solution", 103, "driver", from_id="chain 100",
                 driver_id="hands on")  # fmt: skip

    # one rule pays a consumer and a service that is in a circle
    company.line(20, account_id="7500")
    company.target_set("both", "consumer", "c3")
    company.target_set("both", "solution", "near a")
    company.rule("both", "cost_pool", 80, "even", account_id="7500", target_set="both")
    result = company.build(SELECTION)
    assert result.returncode == 0, result.stdout[-5000:]
    return company


def paid(company: EngineWorkspace, rule_id: str) -> dict[tuple[str, str], int]:
    """Return what a pool rule sends, by period and receiver."""
    rows = company.query(
        "select left(cast(fiscal_period as varchar), 7), to_id, sum(amount_minor)"
        " from allocation.alloc_pool_flows where rule_id = ? and scenario = 'actual' group by all",
        rule_id,
    )
    return {(period, to_id): int(amount) for period, to_id, amount in rows}


def rests(company: EngineWorkspace, services: str) -> dict[str, int]:
    """Return what consumers pay for the services of a pattern."""
    rows = company.query(
        "select to_id, sum(amount_minor) from allocation.alloc_consumer_flows"
        " where service_id like ? and scenario = 'actual' group by all",
        services,
    )
    return {to_id: int(amount) for to_id, amount in rows}


def test_a_year_without_rules_keeps_its_cost_in_sight(company: EngineWorkspace) -> None:
    rows = company.query(
        "select to_id, reason_code, amount_minor from allocation.alloc_pool_flows"
        " where fiscal_period = '2026-01-01'"
    )
    assert rows == [("UNALLOCATED", "tag_missing", 7000)]  # only the tagged rule was left
    assert company.query(
        "select layer, unallocated_amount, difference_amount"
        " from reconciliation.rec_ledger_tie_out"
        " where fiscal_period = '2026-01-01' and layer = 'consumer'"
    ) == [("consumer", Decimal(70), Decimal(0))]


def test_two_periods_in_a_year_are_not_added_up(company: EngineWorkspace) -> None:
    assert paid(company, "2025") == {
        ("2025-01", "c1"): 5000, ("2025-01", "c2"): 5000,
        ("2025-02", "c1"): 2000, ("2025-02", "c2"): 2000,
    }  # fmt: skip


def test_opposite_amounts_under_two_labels_do_not_cancel(company: EngineWorkspace) -> None:
    assert paid(company, "label a") == {("2025-01", "c1"): 10000}
    assert paid(company, "label b") == {("2025-01", "c3"): -10000}


def test_a_debit_and_its_reversal_are_split_apart_and_mirror(company: EngineWorkspace) -> None:
    rows = company.query(
        "select to_id, is_credit, amount_minor from allocation.alloc_pool_flows"
        " where rule_id = 'signs' order by all"
    )
    assert len(rows) == 6
    assert sum(amount for _, is_credit, amount in rows if is_credit) == -5
    assert set(paid(company, "signs").values()) == {0}


def test_who_has_no_plan_stays_in_the_comparison(company: EngineWorkspace) -> None:
    assert company.number(
        "select sum(actual_amount) from marts.fct_budget_variance"
        " where budget_version = 'b' and fiscal_period = '2025-01-01'"
    ) == company.number(
        "select sum(amount) from core.fct_ledger_lines where fiscal_period = '2025-01-01'"
    )


def test_one_cent_over_two_hundred(company: EngineWorkspace) -> None:
    amounts = list(paid(company, "one cent").values())
    assert (len(amounts), sum(amounts), max(amounts), min(amounts)) == (200, 1, 1, 0)


def test_three_thousand_receivers(company: EngineWorkspace) -> None:
    amounts = list(rests(company, "crowded").values())
    assert (len(amounts), sum(amounts)) == (3000, 12345678)
    assert max(amounts) - min(amounts) <= 1


def test_many_separate_circles(company: EngineWorkspace) -> None:
    """The first of each ring keeps 1 / (1 - 0.9^5) of a tenth, the others nine tenths in turn."""
    shares = [Decimal("0.1") * Decimal("0.9") ** n / (1 - Decimal("0.9") ** RING) for n in range(5)]
    odd = 10000 * RINGS * (shares[1] + shares[3])
    found = rests(company, "ring %")
    assert sum(found.values()) == 10000 * RINGS
    assert abs(found["c1"] - odd) <= RINGS * RING


def test_a_circle_that_keeps_almost_everything_inside(company: EngineWorkspace) -> None:
    """A keeps 1 / (1 + 0.97) of what enters at A: 10,000 of 19,700."""
    assert rests(company, "near %") == {"c1": 1000000, "c2": 970000}


def test_a_consumer_beside_a_network_is_paid_once(company: EngineWorkspace) -> None:
    """The other half rests on the two services of the circle, and goes on from there."""
    found = paid(company, "both")
    assert found.pop(("2025-01", "c3")) == 1000
    assert sum(found.values()) == 1000


def test_a_chain_of_a_hundred(company: EngineWorkspace) -> None:
    assert rests(company, "chain %") == {"c3": 100000}
