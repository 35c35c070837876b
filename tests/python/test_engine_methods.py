"""Methods as rows of rules: published examples and cases of the same kinds, by the real models."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine_workspace import EngineWorkspace

DEPARTMENTS = {
    "w1 m": ("hours", {"w1 c": 5000, "w1 p1": 10000, "w1 p2": 35000}),
    "w1 c": ("cpu", {"w1 m": 250, "w1 p1": 350, "w1 p2": 400}),
    "w3 admin": (
        "employees",
        {"w3 janitor": 30, "w3 repair": 120, "w3 op1": 300, "w3 op2": 150},
    ),
    "w3 janitor": ("feet", {"w3 repair": 5000, "w3 op1": 10000, "w3 op2": 35000}),
    "w3 repair": ("machines", {"w3 op1": 5000, "w3 op2": 15000}),
}
COSTS = {
    "w1 m": 90000, "w1 c": 83820, "w1 p1": 200000, "w1 p2": 400000,
    "w3 admin": 42000, "w3 janitor": 33900, "w3 repair": 18000,
}  # fmt: skip
ACTIVITIES = {
    "Fabrication": (858000, 9750, 29250),
    "Assembly": (351000, 29250, 9750),
    "Setup": (298350, 70, 515),
    "Inspection": (253500, 122, 853),
}


def write_departments(company: EngineWorkspace) -> None:
    """W1 and W3: one set of rules for each value of network; nothing else differs."""
    company.services(*DEPARTMENTS)
    company.consumers("w1 p1", "w1 p2", "w3 op1", "w3 op2")
    for object_id, amount in COSTS.items():
        kind = "service_id" if object_id in DEPARTMENTS else "consumer_id"
        company.line(amount, **{kind: object_id})
    for service_id, (driver_id, values) in DEPARTMENTS.items():
        company.driver(driver_id, service_id, dict(values))
    for rule_set, network in [("current", ""), ("steps", "step_down"), ("direct", "direct")]:
        for number, (service_id, (driver_id, _)) in enumerate(DEPARTMENTS.items()):
            company.rule(service_id, "solution", 10 + number, "driver", rule_set=rule_set,
                         from_id=service_id, driver_id=driver_id, network=network)  # fmt: skip


def write_self_use(company: EngineWorkspace) -> None:
    """Three services that serve each other; two of them also use themselves."""
    company.services("r a", "r b", "r c")
    company.consumers("out a", "out b", "out c")
    for service_id, amount in {"r a": 125, "r b": 50, "r c": 30}.items():
        company.line(amount, service_id=service_id)
    for sender, values in {
        "r a": {"r a": 20, "r b": 40, "out a": 40},
        "r b": {"r a": 50, "r c": 25, "out b": 25},
        "r c": {"r c": 5, "out c": 95},
    }.items():
        company.driver("r use", sender, dict(values))
    company.rule("self use", "solution", 30, "driver", from_id="r *", driver_id="r use")
    # a month in which nobody else uses a service
    company.services("own d", "own e")
    company.rule("own use", "solution", 31, "driver", from_id="own *", driver_id="own use")
    for service_id, february in {"own d": {"own d": 5}, "own e": {"own e": 5, "out a": 0}}.items():
        company.driver("own use", service_id, {service_id: 5, "out a": 5})
        company.driver("own use", service_id, february, day="2025-02-01")
        for day in ("2025-01-15", "2025-02-15"):
            company.line(10, day, service_id=service_id)


def write_capacities(company: EngineWorkspace) -> None:
    """W6, from the rule and from the service, visible and recovered; several senders at once."""
    company.consumers("abc", "others")
    for name, capacity in [("w6a", ""), ("w6b", 50), ("w6c", 50), ("w6d", 40), ("w6e", 200)]:
        company.add("cmdb/services", service_id=name, service_name=name,
                    capacity_quantity=capacity)  # fmt: skip
    for service_id, amount, abc, others in [
        ("w6a", 1000, 25, 25), ("w6b", 2500, 10, 35), ("w6c", 2500, 10, 35),
        ("w6d", 300, 25, 25), ("w6e", 300, 50, 100),
    ]:  # fmt: skip
        company.line(amount, service_id=service_id)
        company.driver("units", service_id, {"abc": abc, "others": others})
    company.rule("w6a", "solution", 40, "capacity", from_id="w6a", driver_id="units", capacity=100)
    company.rule("w6c", "solution", 41, "capacity", from_id="w6c", driver_id="units",
                 idle="recovered")  # fmt: skip
    company.rule("w6", "solution", 42, "capacity", from_id="w6*", driver_id="units")


def write_activities(company: EngineWorkspace) -> None:
    """W11: activities are towers that the company adds, each with its own driver."""
    company.services("speedboat", "bass boat")
    for number, (activity, (amount, speedboat, bass_boat)) in enumerate(ACTIVITIES.items()):
        company.add("cost_model/towers", tower="Activities", sub_tower=activity)
        company.line(amount, account_id=f"700{number}")
        company.target_set(activity, "resource_tower", activity)
        company.rule(activity, "cost_pool", 50 + number, "even", account_id=f"700{number}",
                     target_set=activity)  # fmt: skip
        company.driver("activity", activity, {"speedboat": speedboat, "bass boat": bass_boat})
    activities = "|".join(ACTIVITIES)
    company.rule("activities", "resource_tower", 50, "driver", from_id=activities,
                 driver_id="activity")  # fmt: skip


def write_rates(company: EngineWorkspace) -> None:
    """W12, a part without data, and standard rates with volume on both sides of the budget."""
    company.services("dual", "half", "under", "over", "single", "exact", "on plan")
    company.consumers("north", "south")
    for service_id, amount in {
        "dual": 2500000, "half": 1000, "under": 1000, "over": 1000, "single": 1000,
        "exact": 1000, "on plan": 1000,
    }.items():  # fmt: skip
        company.line(amount, service_id=service_id)
    company.driver("planned", "dual", {"north": 1500, "south": 1700})
    company.driver("actual", "dual", {"north": 3200, "south": 1800})  # above the budget
    company.driver("actual", "half", {"north": 1})
    company.rule("dual", "solution", 60, "dual_rate", from_id="dual|half", driver_id="actual",
                 budget_driver_id="planned", fixed_percentage=80)  # fmt: skip
    used = {"under": 90, "over": 130, "single": 90, "exact": 100, "on plan": 120}
    for service_id, use in used.items():
        company.driver("sold", service_id, {"north": use})
        company.driver("budget", service_id, {"north": 120})
    company.rule("rate", "solution", 61, "standard_rate", from_id="under|over|exact|on plan",
                 driver_id="sold", budget_driver_id="budget", rate=10)  # fmt: skip
    # who is no target counts neither as use nor as budgeted use
    company.services("scope")
    company.line(1000, service_id="scope")
    company.driver("sold here", "scope", {"north": 90, "south": 50, "single": 7})
    company.driver("budgeted here", "scope", {"north": 120, "south": 50, "single": 7, "nobody": 3})
    company.target_set("north", "consumer", "north")
    company.rule("scope", "solution", 63, "standard_rate", from_id="scope",
                 driver_id="sold here", budget_driver_id="budgeted here", rate=10,
                 target_set="north")  # fmt: skip
    # a reversal that leaves one cent of cost, and a charge of ninety millions
    company.line("100000000.00", account_id="7900")
    company.line("-99999999.99", account_id="7900")
    company.driver("calls", "", {"north": 9_000_000})
    company.rule("one cent", "cost_pool", 60, "standard_rate", account_id="7900",
                 driver_id="calls", rate=10, target_set="north")  # fmt: skip
    company.rule("single", "solution", 62, "standard_rate", from_id="single", driver_id="sold",
                 rate=10)  # fmt: skip


def write_fallbacks_and_cloud(company: EngineWorkspace) -> None:
    """A driver of one month only, with and without carrying it forward; charges without a tag."""
    company.services("tries", "carries", "cloud", "shared cloud")
    for service_id in ("tries", "carries"):
        company.line(100, service_id=service_id)
        company.line(100, service_id=service_id, day="2025-02-10")
        company.rule(service_id, "solution", 70, "hybrid", from_id=service_id)
    company.driver("january", "*", {"north": 3, "south": 1})
    company.target_set("both", "consumer", "north|south")
    for rule_id, carry_forward in [("tries", ""), ("carries", "yes")]:
        for position, values in enumerate(
            [{"method": "driver", "driver_id": "january", "carry_forward": carry_forward},
             {"method": "even", "target_set": "both"}], 1,
        ):  # fmt: skip
            company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id=rule_id,
                        position=position, **values)  # fmt: skip
    for cost, tags in [
        (60, '{"business_unit": "north"}'), (20, '{"business_unit": "south"}'),
        (15, ""), (5, '{"business_unit": "nobody"}'),
    ]:  # fmt: skip
        company.add("cloud/cost_and_usage", billed_cost=cost, effective_cost=cost, tags=tags,
                    billing_currency="USD", billing_period_start="2025-01-01",
                    charge_period_start="2025-01-01", provider_name="Acme Cloud")  # fmt: skip
    # a refund of the month before: February counts nothing for south
    for cost, unit in [(10, "north"), (-30, "south")]:
        company.add("cloud/cost_and_usage", billed_cost=cost, effective_cost=cost,
                    tags=f'{{"business_unit": "{unit}"}}', billing_currency="USD",
                    billing_period_start="2025-02-01", charge_period_start="2025-02-01",
                    provider_name="Acme Cloud")  # fmt: skip
    company.line(100, service_id="cloud", day="2025-02-10")
    for service_id, idle in [("cloud", ""), ("shared cloud", "recovered")]:
        company.line(100, service_id=service_id)
        company.rule(service_id, "solution", 80, "cloud_usage", from_id=service_id,
                     driver_id="acme*", idle=idle)  # fmt: skip


def write_empty_positions(company: EngineWorkspace) -> None:
    """Positions by which nobody receives: all idle, all untagged."""
    company.add("cloud/cost_and_usage", billed_cost=9, effective_cost=9, tags="",
                billing_currency="USD", billing_period_start="2025-01-01",
                charge_period_start="2025-01-01", provider_name="Void")  # fmt: skip
    tries = {
        "h room": [("capacity", {"driver_id": "seats", "capacity": 10}),
                   ("even", {"target_set": "both"})],
        "h cloud": [("cloud_usage", {"driver_id": "void"}), ("even", {"target_set": "both"})],
        "h idle": [("driver", {"driver_id": "unheard"}),
                   ("capacity", {"driver_id": "seats", "capacity": 10}),
                   ("driver", {"driver_id": "unheard"})],
    }  # fmt: skip
    company.services(*tries)
    for service_id, positions in tries.items():
        company.line(10, service_id=service_id)
        company.driver("seats", service_id, {"north": 0})
        company.rule(service_id, "solution", 75, "hybrid", from_id=service_id)
        for position, (method, values) in enumerate(positions, 1):
            company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id=service_id,
                        position=position, method=method, **values)  # fmt: skip


def write_cloud_tags(company: EngineWorkspace) -> None:
    """Charges that name several objects: the first to which the rule may send counts."""
    company.services("web", "support", "platform", "hosting")
    for cost, tags in [
        (600, '{"business_unit": "north", "service": "web"}'),
        (300, '{"business_unit": "south", "service": "web", "application": "nobody knows"}'),
        (100, '{"service": "platform"}'),
    ]:
        company.add("cloud/cost_and_usage", billed_cost=cost, effective_cost=cost, tags=tags,
                    billing_currency="USD", billing_period_start="2025-01-01",
                    charge_period_start="2025-01-01", provider_name="Bolt")  # fmt: skip
    for tags in ('{"application": "plaform"}', '{"service": "something else"}'):
        company.add("cloud/cost_and_usage", billed_cost=10, effective_cost=10, tags=tags,
                    billing_currency="USD", billing_period_start="2025-01-01",
                    charge_period_start="2025-01-01", provider_name="Nut")  # fmt: skip
    company.services("nuts", "credited")
    company.rule("credited", "solution", 87, "driver", from_id="credited",
                 driver_id="cloud_effective_cost")  # fmt: skip
    company.rule("nuts", "solution", 86, "cloud_usage", from_id="nuts", driver_id="nut")
    for service_id, values in {
        "web": {},  # its own charges go on to whom they name next
        "support": {"target_set": "both"},
        "platform": {"network": "direct", "idle": "recovered"},
        "hosting": {},
    }.items():
        company.line(90, service_id=service_id)
        company.rule(service_id, "solution", 85, "cloud_usage", from_id=service_id,
                     driver_id="bolt", **values)  # fmt: skip


def write_closed_receivers(company: EngineWorkspace) -> None:
    """Senders whose users are closed by a step-down, or are left out by a direct rule."""
    company.services("n first", "n last", "n inner", "n room", "n full", "n kept")
    for service_id in ("n last", "n inner", "n room", "n full", "n kept"):
        company.line(100, service_id=service_id)
    for sender, values in {
        "n first": {"north": 1},
        "n last": {"n first": 5},
        "n inner": {"n first": 5},
        "n room": {"n first": 60, "north": 20},
        "n full": {"n first": 60},
    }.items():
        company.driver("n use", sender, dict(values))
    for sequence, (service_id, method, network, capacity) in enumerate(
        [("n first", "driver", "step_down", ""), ("n last", "driver", "step_down", ""),
         ("n inner", "driver", "direct", ""), ("n room", "capacity", "step_down", 100),
         ("n full", "capacity", "step_down", 100)], 90,
    ):  # fmt: skip
        company.rule(service_id, "solution", sequence, method, from_id=service_id,
                     driver_id="n use", network=network, capacity=capacity)  # fmt: skip
    company.rule("n kept", "solution", 95, "fixed_percent", from_id="n kept", network="direct")
    company.percentages("n kept", "solution", {"n first": 40, "UNALLOCATED": "rest"})
    company.percentages("n kept", "consumer", {"north": 30})


def write_walking_fallback(company: EngineWorkspace) -> None:
    """A hybrid that walks from one class of items; no other rule names that class."""
    company.services("boxed", "unboxed")
    company.add("cost_model/towers", tower="Activities", sub_tower="Boxes")
    company.line(100, account_id="7950")
    company.target_set("boxes", "resource_tower", "Boxes")
    company.target_set("boxed", "solution", "boxed|unboxed")
    company.rule("boxes", "cost_pool", 96, "even", account_id="7950", target_set="boxes")
    for ci_id, ci_class, service_id in [("box", "box", "boxed"), ("bag", "bag", "unboxed")]:
        company.add("cmdb/configuration_items", ci_id=ci_id, ci_class=ci_class,
                    operational_status="operational")  # fmt: skip
        company.add("cmdb/relationships", from_id=service_id, to_id=ci_id,
                    relationship_type="runs_on")  # fmt: skip
    # two that nobody reaches: one that nobody uses, and one whose relation leads the wrong way
    for ci_id, weight in [("spare box", 2), ("turned box", 5)]:
        company.add("cmdb/configuration_items", ci_id=ci_id, ci_class="box", cost_weight=weight,
                    operational_status="operational")  # fmt: skip
    company.add("cmdb/relationships", from_id="turned box", to_id="boxed",
                relationship_type="runs_on")  # fmt: skip
    # deliveries that nothing can be done with
    company.add("cmdb/configuration_items", ci_id="container", ci_class="container")
    company.add("cmdb/configuration_items", ci_id="crate", ci_class="boxx")
    for day, rate in (("2025-01-31", "0.9"), ("2025-02-28", "92")):
        company.add("ledger/exchange_rates", from_currency="EUR", to_currency="USD", rate=rate,
                    rate_type="average", rate_date=day)  # fmt: skip
    for upper, lower in (("boxed", "elsewhere"), ("boxed", "contaner"), ("boxed", "unboxed")):
        company.add("cmdb/relationships", from_id=upper, to_id=lower,
                    relationship_type="depends_on")  # fmt: skip
    for tags in ("application=boxed", '{"application": "boxed"}', "boxed"):
        company.add("cloud/cost_and_usage", billed_cost=0, effective_cost=0, tags=tags,
                    billing_currency="USD", billing_period_start="2025-01-01",
                    charge_period_start="2025-01-01", provider_name="Nowhere")  # fmt: skip
    company.rule("walks", "resource_tower", 97, "hybrid", from_id="Boxes")
    for position, values in [(1, {"method": "relationship", "driver_id": "box"}),
                             (2, {"method": "even"})]:  # fmt: skip
        company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id="walks",
                    position=position, target_set="boxed", **values)  # fmt: skip


def write_shared_cost(company: EngineWorkspace) -> None:
    """Shared cost in proportion to what the ledger names the teams for, credits taken off."""
    company.consumers("team a", "team b", "team c")
    for amount, team in [(350, "team a"), (-50, "team a"), (100, "team b"), (-50, "team c")]:
        company.line(amount, consumer_id=team)
    company.line(800, account_id="7990")
    company.line(400, account_id="7990", day="2025-02-10")  # February names none of them
    company.target_set("teams", "consumer", "team a|team b|team c")
    company.rule("shared", "cost_pool", 98, "driver", account_id="7990", target_set="teams",
                 driver_id="tagged_cost")  # fmt: skip
    # in rupiah or dong, direct cost has many digits
    company.consumers("giant", "small giant")
    for amount, name in [(5_000_000_000_000, "giant"), (1_000_000_000_000, "small giant")]:
        company.line(amount, consumer_id=name)
    company.target_set("giants", "consumer", "*giant")
    company.line(600, account_id="7991")
    company.rule("shared by giants", "cost_pool", 98, "driver", account_id="7991",
                 target_set="giants", driver_id="tagged_cost")  # fmt: skip
    company.line(60, account_id="7992")
    company.rule("overhead of giants", "cost_pool", 98, "proportional", account_id="7992",
                 target_set="giants")  # fmt: skip


def write_overhead(company: EngineWorkspace) -> None:
    """Overhead by what other rules bring: of a cost pool, of a tower to towers, and of a hybrid."""
    for tower in ("OA", "OB", "OC", "OM"):
        company.add("cost_model/towers", tower="Overhead", sub_tower=tower)
    company.consumers("oa", "ob", "oc")
    for account_id, amount in [
        ("8100", 100), ("8101", 20), ("8102", -5), ("8103", 40), ("8104", 10),
    ]:  # fmt: skip
        company.line(amount, account_id=account_id)
    company.line(50, account_id="8103", day="2025-02-10")  # February has overhead alone
    company.line(10, account_id="8104", day="2025-02-10")
    company.target_set("overhead", "resource_tower", "OA|OB|OC|OM")
    company.rule("o own", "cost_pool", 1, "fixed_percent", account_id="8100")
    company.percentages("o own", "resource_tower", {"OA": 75, "OB": "rest"})
    for account_id, tower in [("8101", "OM"), ("8102", "OC")]:
        company.target_set(tower, "resource_tower", tower)
        company.rule(f"o {tower}", "cost_pool", 2, "even", account_id=account_id, target_set=tower)
    company.rule("o pool", "cost_pool", 3, "proportional", account_id="8103",
                 target_set="overhead")  # fmt: skip
    company.rule("o tower", "resource_tower", 1, "proportional", from_id="OM",
                 target_set="overhead")  # fmt: skip
    company.rule("o tried", "cost_pool", 4, "hybrid", account_id="8104")
    for position, method in [(1, "proportional"), (2, "even")]:
        company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id="o tried",
                    position=position, method=method, target_set="two")  # fmt: skip
    company.target_set("two", "resource_tower", "OA|OB")
    for end in ("A", "B", "C"):
        company.target_set(f"o {end}", "consumer", f"o{end.lower()}")
        company.rule(f"o {end}", "resource_tower", 2, "even", from_id=f"O{end}",
                     target_set=f"o {end}")  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build all cases in one company."""
    folder = tmp_path_factory.mktemp("methods")
    cases = EngineWorkspace(folder / "ws")
    cases.add("cost_model/rule_sets", rule_set="current", status="current")
    for rule_set in ("steps", "direct"):
        cases.add("cost_model/rule_sets", rule_set=rule_set, based_on="current",
                  status="proposed")  # fmt: skip
    cases.classify("all", 900, "Staffing", "Internal Labor")
    cases.rule("tagged", "cost_pool", 10, "tagged")
    for write in (
        write_departments,
        write_self_use,
        write_capacities,
        write_activities,
        write_rates,
        write_fallbacks_and_cloud,
        write_empty_positions,
        write_cloud_tags,
        write_closed_receivers,
        write_walking_fallback,
        write_shared_cost,
        write_overhead,
    ):
        write(cases)
    result = cases.build()
    assert result.returncode == 0, result.stdout[-5000:]
    return cases


def rests(company: EngineWorkspace, rule_set: str, *service_ids: str) -> list[Decimal]:
    """Return what rests on services, after all that they hand to each other."""
    return [
        Decimal(
            company.number(
                "select sum(amount_minor) from allocation.alloc_solution_senders"
                " where measure = 'amount' and scenario = 'actual'"
                " and rule_set = ? and service_id = ?",
                rule_set,
                service_id,
            )
        )
        / 100
        for service_id in service_ids
    ]


def paid(company: EngineWorkspace, rule_set: str, *consumer_ids: str) -> list[Decimal]:
    """Return what consumers pay in all: their own cost and what services hand to them."""
    return [
        Decimal(
            company.number(
                "select sum(amount_minor) from ("
                " select measure, rule_set, to_layer, to_id, amount_minor"
                " from allocation.alloc_consumer_flows"
                " union all select measure, rule_set, to_layer, to_id, amount_minor"
                " from allocation.alloc_pool_flows"
                ") where measure = 'amount' and rule_set = ? and to_id = ?",
                rule_set,
                consumer_id,
            )
        )
        / 100
        for consumer_id in consumer_ids
    ]


def bills(
    company: EngineWorkspace, service_id: str, period: str = "2025-01-01"
) -> dict[str, float]:
    """Return where the money of a service goes, named places among them."""
    rows = company.query(
        "select to_id, sum(amount_minor) / 100 from allocation.alloc_consumer_flows"
        " where measure = 'amount' and scenario = 'actual' and rule_set = 'current'"
        " and service_id = ? and fiscal_period = ? group by all",
        service_id,
        period,
    )
    return {to_id: float(amount) for to_id, amount in rows}


@pytest.mark.parametrize(
    ("rule_set", "expected"),
    [
        ("direct", ["259116", "514704", "40033.33", "53866.67"]),
        ("steps", ["261316", "512504", "35700", "58200"]),
        ("current", ["256080", "517740", "35700", "58200"]),
    ],
)
def test_w1_and_w3_by_network(company: EngineWorkspace, rule_set: str, expected: list[str]) -> None:
    found = paid(company, rule_set, "w1 p1", "w1 p2", "w3 op1", "w3 op2")
    assert found == [Decimal(amount) for amount in expected]


def test_reciprocal_with_self_use(company: EngineWorkspace) -> None:
    # three sources, each within one hundredth of its exact part
    found = rests(company, "current", "r a", "r b", "r c")
    assert sum(found) == 205
    assert [float(amount) for amount in found] == pytest.approx([100, 37.5, 67.5], abs=0.015)


def test_a_month_of_own_use_only_is_unallocated(company: EngineWorkspace) -> None:
    rows = company.query(
        "select service_id, fiscal_period::varchar, to_id, reason_code, amount_minor::int"
        " from allocation.alloc_consumer_flows"
        " where rule_id = 'own use' and rule_set = 'current' order by all"
    )
    assert rows == [
        ("own d", "2025-01-01", "out a", None, 1000),
        ("own d", "2025-02-01", "UNALLOCATED", "no_driver_data", 1000),
        ("own e", "2025-01-01", "out a", None, 1000),
        ("own e", "2025-02-01", "UNALLOCATED", "zero_weights", 1000),
    ]


@pytest.mark.parametrize(
    ("service_id", "expected"),
    [
        ("w6a", {"abc": 250, "others": 250, "IDLE_CAPACITY": 500}),
        ("w6b", {"abc": 500, "others": 1750, "IDLE_CAPACITY": 250}),
        ("w6c", {"abc": 555.56, "others": 1944.44}),
        ("w6d", {"abc": 150, "others": 150}),  # more used than there is: nothing is idle
        ("w6e", {"abc": 75, "others": 150, "IDLE_CAPACITY": 75}),
    ],
)
def test_w6_capacity(company: EngineWorkspace, service_id: str, expected: dict[str, float]) -> None:
    assert bills(company, service_id) == expected


@pytest.mark.parametrize(
    ("service_id", "expected"),
    [
        ("n last", {"UNALLOCATED": 100}),
        ("n inner", {"UNALLOCATED": 100}),
        ("n room", {"north": 80, "IDLE_CAPACITY": 20}),  # 20 of 100 units are idle, not 80
        ("n full", {"UNALLOCATED": 60, "IDLE_CAPACITY": 40}),
        ("n kept", {"UNALLOCATED": 50, "north": 50}),  # the closed 40 are shared by the others
    ],
)
def test_use_by_receivers_left_out_is_no_idle_capacity(
    company: EngineWorkspace, service_id: str, expected: dict[str, float]
) -> None:
    assert bills(company, service_id) == expected


def test_closed_receivers_are_a_reason_of_their_own(company: EngineWorkspace) -> None:
    assert company.query(
        "select service_id, reason_code from allocation.alloc_consumer_flows"
        " where to_id = 'UNALLOCATED' and service_id like 'n %' and rule_set = 'current'"
        " group by all order by all"
    ) == [
        ("n full", "receivers_closed"),
        ("n inner", "receivers_closed"),
        ("n kept", "not_distributed"),
        ("n last", "receivers_closed"),
    ]


def test_w11_activities_are_towers(company: EngineWorkspace) -> None:
    assert rests(company, "current", "speedboat", "bass boat") == [545170, 1215680]


@pytest.mark.parametrize(
    ("service_id", "expected"),
    [
        ("dual", {"north": 937500 + 320000, "south": 1062500 + 180000}),
        ("half", {"north": 200, "UNALLOCATED": 800}),
        ("under", {"north": 900, "VOLUME_VARIANCE": 300, "SPENDING_VARIANCE": -200}),
        ("over", {"north": 1300, "VOLUME_VARIANCE": -100, "SPENDING_VARIANCE": -200}),
        ("exact", {"north": 1000, "VOLUME_VARIANCE": 200, "SPENDING_VARIANCE": -200}),
        ("on plan", {"north": 1200, "SPENDING_VARIANCE": -200}),
    ],
)
def test_w12_dual_rate_and_standard_rate(
    company: EngineWorkspace, service_id: str, expected: dict[str, float]
) -> None:
    assert bills(company, service_id) == expected


def test_a_standard_rate_without_budget_has_one_variance(company: EngineWorkspace) -> None:
    found = bills(company, "single")
    assert found.pop("north") == 900
    assert sum(found.values()) == 100
    assert set(found) <= {"VOLUME_VARIANCE", "SPENDING_VARIANCE"}


def test_a_cent_of_cost_carries_no_charge_of_millions(company: EngineWorkspace) -> None:
    rows = company.query(
        "select to_id, sum(amount_minor) from allocation.alloc_pool_flows"
        " where rule_id = 'one cent' and rule_set = 'current' group by all"
    )
    assert {to_id: int(amount) for to_id, amount in rows if amount} == {"VOLUME_VARIANCE": 1}


def test_hybrid_falls_back_in_the_month_without_data(company: EngineWorkspace) -> None:
    assert bills(company, "tries") == {"north": 75, "south": 25}
    assert bills(company, "tries", "2025-02-01") == {"north": 50, "south": 50}
    assert bills(company, "carries", "2025-02-01") == {"north": 75, "south": 25}
    assert company.query(
        "select distinct fiscal_period::varchar, method_used, fallback_position"
        " from allocation.alloc_shares where rule_id = 'tries' and rule_set = 'current'"
        " and fiscal_period < '2025-03-01' and reason_code is null order by all"
    ) == [("2025-01-01", "driver", 1), ("2025-02-01", "even", 2)]


def test_hybrid_goes_on_where_nobody_receives(company: EngineWorkspace) -> None:
    assert bills(company, "h room") == {"north": 5, "south": 5}
    assert bills(company, "h cloud") == {"north": 5, "south": 5}
    assert bills(company, "h idle") == {"IDLE_CAPACITY": 10}


def test_hybrid_walks_from_a_class_that_only_it_names(company: EngineWorkspace) -> None:
    assert rests(company, "current", "boxed") == [100]


def test_cloud_use_without_a_tag_is_seen_or_recovered(company: EngineWorkspace) -> None:
    assert bills(company, "cloud") == {"north": 60, "south": 20, "UNTAGGED": 20}
    assert bills(company, "shared cloud") == {"north": 75, "south": 25}


def test_a_charge_counts_for_the_first_object_that_the_rule_may_send_to(
    company: EngineWorkspace,
) -> None:
    expected = {
        "web": {"north": 600, "south": 300, "platform": 100},
        "support": {"north": 600, "south": 300},
        "platform": {"north": 600, "south": 300, "platform": 100},
        "hosting": {"web": 900, "platform": 100},
    }
    for rule_id, weights in expected.items():
        found = company.query(
            "select weights.to_id, weights.weight::int from allocation.alloc_weights as weights"
            " inner join allocation.alloc_offers as offers using (offer_id)"
            " where offers.rule_id = ? and offers.rule_set = 'current'"
            " and weights.fiscal_period = '2025-01-01' and offers.from_id = ?",
            rule_id,
            rule_id,
        )
        assert dict(found) == weights, rule_id
    assert bills(company, "support") == {"north": 60, "south": 30}


def test_use_that_counts_otherwise_is_a_warning(company: EngineWorkspace) -> None:
    assert bills(company, "cloud", "2025-02-01") == {"north": 100}
    found = company.query(
        "select rule_id, object_id, message from allocation.alloc_use_faults"
        " where rule_id is not null"
        " and fault not in ('stopped_sender', 'receiver_without_rule', 'negative_cost')"
        " order by all"
    )
    assert [(rule_id, object_id) for rule_id, object_id, _ in found] == [
        ("cloud", "south"),
        ("dual", "half"),
        ("nuts", "plaform"),
        ("shared cloud", "south"),
        ("w6", "w6d"),
        ("walks", "turned box"),
    ]
    assert (
        "charged to south by the provider acme* in 1 of the periods, first in that from"
        in (found[0][2])
    )
    assert all(message.startswith("cost_model/allocation_rules.csv, line ")
               for *_, message in found)  # fmt: skip
    assert "rule w6 finds 50.00 used of the 40.00 that w6d has in the period from" in found[4][2]
    assert "rule dual finds no weights for the fixed part of half in any period" in found[1][2]
    stopped = company.query(
        "select rule_id, message from allocation.alloc_use_faults"
        " where fault = 'stopped_sender' order by all"
    )
    assert [(rule_id, message.rpartition(" ")[2]) for rule_id, message in stopped] == [
        ("n full", "receivers_closed."),
        ("n inner", "receivers_closed."),
        ("n last", "receivers_closed."),
        ("o pool", "zero_weights."),
        ("own use", "zero_weights."),
    ]


def test_shared_cost_by_what_the_ledger_names(company: EngineWorkspace) -> None:
    rows = company.query(
        "select fiscal_period::varchar, to_id, sum(amount_minor) from allocation.alloc_pool_flows"
        " where rule_id = 'shared' and rule_set = 'current' and amount_minor <> 0"
        " group by all order by all"
    )
    assert rows == [
        ("2025-01-01", "team a", 60000),
        ("2025-01-01", "team b", 20000),
        ("2025-02-01", "UNALLOCATED", 40000),
    ]
    warned = company.query(
        "select severity, message from allocation.alloc_rule_faults where rule_id = 'shared'"
    )
    assert [severity for severity, _ in warned] == ["warning"]
    assert (
        "negative in some period, such as for team c in the period from 2025-01-01;"
        " there it counts as 0" in warned[0][1]
    )


def test_weights_of_many_digits(company: EngineWorkspace) -> None:
    # the shared cost by tags is brought too, and weighs with the tagged lines
    rows = company.query(
        "select rule_id, to_id, sum(amount_minor)::int from allocation.alloc_pool_flows"
        " where rule_set = 'current' and rule_id like '%giants' group by all order by all"
    )
    assert rows == [
        ("overhead of giants", "giant", 5000),
        ("overhead of giants", "small giant", 1000),
        ("shared by giants", "giant", 50000),
        ("shared by giants", "small giant", 10000),
    ]


def test_overhead_by_what_other_rules_bring(company: EngineWorkspace) -> None:
    # the pools bring OA 75, OB 25, OM 20 and OC a credit, which weighs nothing; OM pays the others
    rows = company.query(
        "select fiscal_period::varchar, rule_id, to_id, reason_code, sum(amount_minor)::int"
        " from (select *, null as from_id from allocation.alloc_pool_flows"
        " union all by name select * from allocation.alloc_tower_flows)"
        " where rule_set = 'current' and rule_id like 'o %' group by all order by all"
    )
    assert [row for row in rows if row[1] in ("o pool", "o tried")] == [
        ("2025-01-01", "o pool", "OA", None, 3000),
        ("2025-01-01", "o pool", "OB", None, 1000),
        ("2025-01-01", "o tried", "OA", None, 750),
        ("2025-01-01", "o tried", "OB", None, 250),
        ("2025-02-01", "o pool", "UNALLOCATED", "zero_weights", 5000),
        ("2025-02-01", "o tried", "OA", None, 500),
        ("2025-02-01", "o tried", "OB", None, 500),
    ]
    paid = {(row[0], row[2]): row[4] for row in rows if row[1] in ("o A", "o B", "o C")}
    assert paid == {
        ("2025-01-01", "oa"): 12750,
        ("2025-01-01", "ob"): 4250,
        ("2025-01-01", "oc"): -500,
        ("2025-02-01", "oa"): 500,
        ("2025-02-01", "ob"): 500,
    }
    told = company.query(
        "select message from allocation.alloc_use_faults where fault = 'negative_cost'"
    )
    assert len(told) == 2
    assert all("finds less than nothing charged to OC by the other rules" in m for (m,) in told)


def test_every_place_has_its_reason(company: EngineWorkspace) -> None:
    assert dict(
        company.query(
            "select distinct to_id, reason_code from allocation.alloc_shares"
            " where reason_code is not null and to_id <> 'UNALLOCATED'"
        )
    ) == {"IDLE_CAPACITY": "idle_capacity", "UNTAGGED": "untagged_use"}
    assert (
        company.number(
            "select count(*) from allocation.alloc_shares"
            " where (to_id in ('UNALLOCATED', 'IDLE_CAPACITY', 'UNTAGGED')) <>"
            " (reason_code is not null)"
        )
        == 0
    )


def test_items_without_receivers_are_counted_and_turned_relations_told(
    company: EngineWorkspace,
) -> None:
    assert company.query(
        "select rule_id, items, missed_items, missed_item, missed_percent, turned_item,"
        " turned_receiver from allocation.alloc_unreached_items"
    ) == [("walks", 3, 2, "spare box", Decimal("87.50"), "turned box", "boxed")]
    ((message,),) = company.query(
        "select message from allocation.alloc_use_faults where fault = 'turned_relation'"
    )
    assert (
        "rule walks finds no receiver for turned box, which is said to depend on boxed" in message
    )
    assert "2 of 3 items in the period from 2025-01-01" in message


def test_a_slip_in_a_cloud_tag_is_told(company: EngineWorkspace) -> None:
    ((rule_id, message),) = company.query(
        "select rule_id, message from allocation.alloc_use_faults where fault = 'nearly_a_tag'"
    )
    assert rule_id == "nuts"
    assert "finds the tag plaform in cloud charges of 1 period (did you mean platform?);" in message


def test_credits_of_the_cloud_are_no_error(company: EngineWorkspace) -> None:
    ((severity, message),) = company.query(
        "select severity, message from allocation.alloc_rule_faults"
        " where rule_id = 'credited' and fault = 'negative_weight'"
    )
    assert severity == "warning"
    assert "such as for south in the period from 2025-02-01; there it counts as 0." in message


def test_deliveries_that_nothing_can_be_done_with_are_told_once(company: EngineWorkspace) -> None:
    told = dict(company.query(
        "select fault, message from allocation.alloc_use_faults where rule_id is null"
    ))  # fmt: skip
    assert sorted(told) == ["class_slip", "rate_jump", "stray_relation", "unreadable_tags"]
    assert "The class boxx of crate is read by no rule (did you mean box?" in told["class_slip"]
    assert told["rate_jump"] == (
        "The average rate of EUR is 92 in the period from 2025-02-01, and 0.9 in that before;"
        " correct it, unless the currency moved so."
    )
    assert told["stray_relation"].startswith("inputs/cmdb/relationships.csv, line ")
    words = "names contaner, which is no item, service or application (did you mean container?),"
    assert f"{words} one of 2 such ends; nothing is reached through it" in told["stray_relation"]
    words = "The tags application=boxed are no JSON object, nor are those of 1 other charge; such"
    assert words in told["unreadable_tags"]
