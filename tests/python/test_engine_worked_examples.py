"""Published allocation examples, fed as data through the real models; W1 and so on number them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine_workspace import EngineWorkspace


def write_service_departments(company: EngineWorkspace) -> None:
    """W1: two service departments by the reciprocal (current), step-down and direct methods."""
    company.services("w1 maintenance", "w1 computer", "w1 p1", "w1 p2")
    for service_id, amount in {
        "w1 maintenance": 90000,
        "w1 computer": 83820,
        "w1 p1": 200000,
        "w1 p2": 400000,
    }.items():
        company.line(amount, service_id=service_id)
    company.driver("hours", "w1 maintenance", {"w1 computer": 5000, "w1 p1": 10000, "w1 p2": 35000})
    company.driver("cpu", "w1 computer", {"w1 maintenance": 250, "w1 p1": 350, "w1 p2": 400})
    company.target_set("w1 departments", "solution", "w1 *")
    company.target_set("w1 producing", "solution", "w1 p1|w1 p2")
    for rule_set, maintenance, computer in [
        ("current", "w1 departments", "w1 departments"),
        ("stepdown", "w1 departments", "w1 producing"),
        ("direct", "w1 producing", "w1 producing"),
    ]:
        company.rule(
            "w1-m", "solution", 10, "driver", rule_set=rule_set, from_id="w1 maintenance",
            driver_id="hours", target_set=maintenance,
        )  # fmt: skip
        company.rule(
            "w1-c", "solution", 20, "driver", rule_set=rule_set, from_id="w1 computer",
            driver_id="cpu", target_set=computer,
        )  # fmt: skip


def write_two_services(company: EngineWorkspace) -> None:
    """W2: Y gives 20% to Z, Z gives 30% to Y, the rest leaves."""
    company.services("w2 y", "w2 z")
    company.consumers("w2 out")
    company.line(7260, service_id="w2 y")
    company.line(4000, service_id="w2 z")
    company.rule("w2-y", "solution", 30, "fixed_percent", from_id="w2 y")
    company.percentages("w2-y", "solution", {"w2 z": 20})
    company.percentages("w2-y", "consumer", {"w2 out": 80})
    company.rule("w2-z", "solution", 40, "fixed_percent", from_id="w2 z")
    company.percentages("w2-z", "solution", {"w2 y": 30})
    company.percentages("w2-z", "consumer", {"w2 out": 70})


def write_three_services(company: EngineWorkspace) -> None:
    """W3: three service departments, step-down in the order given (current) and direct."""
    company.services("w3 admin", "w3 janitorial", "w3 maintenance", "w3 op1", "w3 op2")
    for service_id, amount in {
        "w3 admin": 42000, "w3 janitorial": 33900, "w3 maintenance": 18000,
    }.items():  # fmt: skip
        company.line(amount, service_id=service_id)
    company.driver(
        "employees",
        "w3 admin",
        {"w3 janitorial": 30, "w3 maintenance": 120, "w3 op1": 300, "w3 op2": 150},
    )
    company.driver(
        "square feet",
        "w3 janitorial",
        {"w3 maintenance": 5000, "w3 op1": 10000, "w3 op2": 35000},
    )
    company.driver("machine hours", "w3 maintenance", {"w3 op1": 5000, "w3 op2": 15000})
    company.target_set("w3 operating", "solution", "w3 op*")
    for rule_set, target_set in [("current", None), ("direct", "w3 operating")]:
        for number, (sender, driver_id) in enumerate(
            [
                ("admin", "employees"),
                ("janitorial", "square feet"),
                ("maintenance", "machine hours"),
            ]
        ):
            company.rule(
                f"w3-{sender}", "solution", 50 + number, "driver", rule_set=rule_set,
                from_id=f"w3 {sender}", driver_id=driver_id, target_set=target_set,
            )  # fmt: skip


def write_four_tiers(company: EngineWorkspace) -> None:
    """W4: machines and disk to four applications, these to each other, the last to consumers."""
    names = ["vm", "disk", "web", "reporting", "history", "monitoring"]
    company.services(*[f"w4 {name}" for name in names])
    company.consumers("w4 b2b", "w4 b2c")
    company.line(80, service_id="w4 vm")
    company.line(20, service_id="w4 disk")
    weights: dict[str, dict[str, object]] = {
        "vm": {"web": 3, "reporting": 0.5, "history": 0.25, "monitoring": 0.25},
        "disk": {"history": 9, "monitoring": 1},
        "monitoring": {"web": 50, "reporting": 10, "history": 10},
        "history": {"web": 1, "reporting": 1},
        "web": {"b2b": 100, "b2c": 900},
        "reporting": {"b2b": 9, "b2c": 1},
    }
    for sender, receivers in weights.items():
        company.driver(
            "w4 use", f"w4 {sender}", {f"w4 {name}": weight for name, weight in receivers.items()}
        )
    company.rule("w4", "solution", 60, "driver", from_id="w4 *", driver_id="w4 use")


def write_splits_to_consumers(company: EngineWorkspace) -> None:
    """W5, W7, W8 and W9: one service each, split over consumers."""
    company.consumers(*[f"{name} {n}" for name in ("w5", "w7", "w8a", "w8b", "w9") for n in "1234"])
    company.services("w5", "w7", "w8a", "w8b", "w9")
    company.line(100000, service_id="w5")
    company.driver("servers", "w5", {"w5 1": 50, "w5 2": 100, "w5 3": 30, "w5 4": 20})
    company.rule("w5", "solution", 70, "driver", from_id="w5", driver_id="servers")
    company.line(27, service_id="w7")
    company.driver("idle", "w7", {"w7 1": 0, "w7 2": 0})
    company.rule("w7", "solution", 71, "driver", from_id="w7", driver_id="idle")
    for number, (name, amount, shares) in enumerate(
        [
            ("w8a", "182.25", [98, 2]),
            ("w8b", "785.08", [33.33, 33.33, 33.34]),
            ("w9", "250", [10, 25, 65]),
        ]
    ):
        company.line(amount, service_id=name)
        company.rule(name, "solution", 80 + number, "fixed_percent", from_id=name)
        company.percentages(
            name, "consumer", {f"{name} {n}": share for n, share in enumerate(shares, 1)}
        )


def write_two_matching_rules(company: EngineWorkspace) -> None:
    """W10: two rules match one untagged line; the one with the lower sequence takes it, once."""
    company.consumers("w10 first", "w10 second")
    company.line(500, account_id="7000")
    company.rule("w10-second", "cost_pool", 30, "even", account_id="7*", target_set="w10 second")
    company.rule("w10-first", "cost_pool", 20, "even", account_id="7000", target_set="w10 first")
    company.target_set("w10 first", "consumer", "w10 first")
    company.target_set("w10 second", "consumer", "w10 second")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build all examples in one company."""
    folder: Path = tmp_path_factory.mktemp("engine")
    examples = EngineWorkspace(folder / "ws")
    for rule_set, based_on in [("current", None), ("stepdown", "current"), ("direct", "current")]:
        examples.add(
            "cost_model/rule_sets",
            rule_set=rule_set,
            based_on=based_on or "",
            status="proposed" if based_on else "current",
        )
    examples.classify("all", 900, "Staffing", "Internal Labor")
    examples.rule("tagged", "cost_pool", 10, "tagged")
    write_service_departments(examples)
    write_two_services(examples)
    write_three_services(examples)
    write_four_tiers(examples)
    write_splits_to_consumers(examples)
    write_two_matching_rules(examples)
    result = examples.build()
    assert result.returncode == 0, result.stdout[-5000:]
    return examples


def total(company: EngineWorkspace, rule_set: str, service_id: str, measure: str) -> Decimal:
    """Return a gross figure of a service in units of currency."""
    return (
        Decimal(
            company.number(
                f"select {measure}_minor from allocation.alloc_layer_totals"
                " where scenario = 'actual' and rule_set = ? and object_id = ?",
                rule_set,
                service_id,
            )
        )
        / 100
    )


def bills(company: EngineWorkspace, service_id: str) -> dict[str, Decimal]:
    """Return what each consumer pays for a service, or all services of a pattern."""
    rows = company.query(
        "select to_id, sum(amount_minor) from allocation.alloc_consumer_flows"
        " where scenario = 'actual' and rule_set = 'current' and service_id like ? group by 1",
        service_id,
    )
    return {to_id: Decimal(amount) / 100 for to_id, amount in rows}


@pytest.mark.parametrize(
    ("rule_set", "p1", "p2"),
    [
        ("direct", 259116, 514704),
        ("stepdown", 261316, 512504),
        ("current", 256080, 517740),
    ],
)
def test_w1_service_departments(company: EngineWorkspace, rule_set: str, p1: int, p2: int) -> None:
    assert total(company, rule_set, "w1 p1", "total") == p1
    assert total(company, rule_set, "w1 p2", "total") == p2


def test_w1_gross_figures(company: EngineWorkspace) -> None:
    assert total(company, "stepdown", "w1 computer", "received") == 9000
    assert total(company, "stepdown", "w1 computer", "handed_on") == 92820
    assert total(company, "current", "w1 maintenance", "total") == 113800
    assert total(company, "current", "w1 computer", "total") == 95200


def test_w2_reciprocal_pair(company: EngineWorkspace) -> None:
    assert total(company, "current", "w2 y", "total") == 9000
    assert total(company, "current", "w2 z", "total") == 5800
    assert bills(company, "w2 %") == {"w2 out": 11260}


def test_w3_step_down_and_direct(company: EngineWorkspace) -> None:
    assert total(company, "current", "w3 janitorial", "total") == 36000
    assert total(company, "current", "w3 maintenance", "total") == 30000
    assert total(company, "current", "w3 op1", "total") == 35700
    assert total(company, "current", "w3 op2", "total") == 58200
    assert total(company, "direct", "w3 op1", "total") == Decimal("40033.33")
    assert total(company, "direct", "w3 op2", "total") == Decimal("53866.67")


def test_w4_four_tiers(company: EngineWorkspace) -> None:
    assert bills(company, "w4 %") == {"w4 b2b": Decimal("28.40"), "w4 b2c": Decimal("71.60")}


def test_w5_weighted(company: EngineWorkspace) -> None:
    assert bills(company, "w5") == {"w5 1": 25000, "w5 2": 50000, "w5 3": 15000, "w5 4": 10000}


def test_w7_zero_weights_stay_visible(company: EngineWorkspace) -> None:
    assert company.query(
        "select to_id, reason_code, amount_minor from allocation.alloc_consumer_flows"
        " where rule_set = 'current' and service_id = 'w7'"
    ) == [("UNALLOCATED", "zero_weights", 2700)]


def test_w8_cents_add_up(company: EngineWorkspace) -> None:
    first, second = bills(company, "w8a"), bills(company, "w8b")
    assert sum(first.values()) == Decimal("182.25")
    assert sum(second.values()) == Decimal("785.08")
    assert abs(first["w8a 1"] - Decimal("178.605")) < Decimal("0.01")
    for share in second.values():
        assert abs(share - Decimal("261.69")) < Decimal("0.07")


def test_w9_percentages(company: EngineWorkspace) -> None:
    assert bills(company, "w9") == {"w9 1": 25, "w9 2": Decimal("62.50"), "w9 3": Decimal("162.50")}


def test_w10_one_rule_takes_a_line(company: EngineWorkspace) -> None:
    assert company.query(
        "select to_layer, to_id, rule_id, amount_minor from allocation.alloc_pool_flows"
        " where rule_set = 'current' and rule_id like 'w10%'"
    ) == [("consumer", "w10 first", "w10-first", 50000)]


def test_every_rule_set_places_the_same_total(company: EngineWorkspace) -> None:
    placed = company.query(
        "select rule_set, sum(amount_minor) from ("
        " select rule_set, amount_minor from allocation.alloc_consumer_flows"
        " union all select rule_set, amount_minor from allocation.alloc_pool_flows"
        " where to_layer = 'consumer') group by 1 order by 1"
    )
    ledger = company.number("select sum(amount) * 100 from core.fct_ledger_lines")
    assert placed == [("current", ledger), ("direct", ledger), ("stepdown", ledger)]
