"""What a rule chooses where two choices are near: rates, rule sets, layers, positions, dates."""

from __future__ import annotations

import pytest

from engine_workspace import EngineWorkspace

CLOUD = {"billing_period_start": "2025-01-01", "charge_period_start": "2025-01-01"}
EXPECTED = {
    # charges in two currencies, at the average rate of the period
    "two currencies": {"north": 50, "south": 50},
    # a pattern and a name that both fit a provider count its untagged charges once
    "one provider": {"north": 60, "UNTAGGED": 40},
    # a month begun is a month in which the last day of a receiver counts
    "last month": {},
    # the use of a rate: its own budget, not that of any sender, nor of who has retired
    "own budget": {"north": 900, "VOLUME_VARIANCE": 300, "SPENDING_VARIANCE": -200},
    # nor that of its own layer, to which a direct rule does not send
    "later layers": {"north": 900, "VOLUME_VARIANCE": 300, "SPENDING_VARIANCE": -200},
    # nobody receives by any position: the last one says why
    "no position": {"UNALLOCATED": 100},
    # a fallback says itself what becomes of idle capacity
    "recovered": {"north": 75, "south": 25},
    # a delivery for this sender comes before one for any
    "own first": {"north": 75, "south": 25},
    # an object of the next layer that bears the name of the sender is not the sender
    "twin": {"twin": 100},
    # the use by a consumer is not that of the application of its name in the target set
    "namesake": {"north": 100},
}


def charge(company: EngineWorkspace, cost: int, unit: str | None, **values: str) -> None:
    """Add a cloud charge that names a business unit."""
    tags = f'{{"business_unit": "{unit}"}}' if unit else ""
    row = {"billing_currency": "USD", **CLOUD, **values}
    company.add("cloud/cost_and_usage", billed_cost=cost, effective_cost=cost, tags=tags, **row)


def fallback(company: EngineWorkspace, rule_id: str, position: int, **values: object) -> None:
    company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id=rule_id,
                position=position, **values)  # fmt: skip


def write_services(company: EngineWorkspace) -> None:
    """One service for each case of EXPECTED, and one that differs by rule set."""
    company.services(*EXPECTED, "by set")
    for service_id in EXPECTED:
        amount = 1000 if service_id in ("own budget", "later layers") else 100
        day = "2025-02-15" if service_id == "last month" else "2025-01-15"
        company.line(amount, day, service_id=service_id)
    company.line(100, service_id="by set")
    company.add("ledger/exchange_rates", from_currency="EUR", to_currency="USD",
                rate_date="2025-01-01", rate=2, rate_type="average")  # fmt: skip
    charge(company, 100, "north", provider_name="Nimbus")
    charge(company, 50, "south", provider_name="Nimbus", billing_currency="EUR")
    charge(company, 60, "north", provider_name="Acme Cloud")
    charge(company, 40, None, provider_name="Acme Cloud")
    charge(company, 60, "north", provider_name="Stratus")
    charge(company, 20, "south", provider_name="Stratus")
    for service_id, driver_id in [
        ("two currencies", "nimbus"), ("one provider", "acme*|acme cloud"),
    ]:  # fmt: skip
        company.rule(service_id, "solution", 10, "cloud_usage", from_id=service_id,
                     driver_id=driver_id)  # fmt: skip
    # the same target set, with other members in a proposed set
    company.rule("by set", "solution", 11, "cloud_usage", from_id="by set", driver_id="stratus",
                 target_set="cs")  # fmt: skip
    company.target_set("cs", "consumer", "north")
    company.target_set("cs", "consumer", "south", rule_set="next")
    company.add("consumption/consumers", consumer_id="gone", retired_on="2025-02-01")
    company.add("consumption/consumers", consumer_id="left", retired_on="2024-12-31")
    company.target_set("leaving", "consumer", "north|gone")
    company.rule("last month", "solution", 12, "even", from_id="last month",
                 target_set="leaving")  # fmt: skip
    company.driver("sold", "own budget", {"north": 90})
    company.driver("planned", "own budget", {"north": 120, "left": 50})
    company.driver("planned", "", {"north": 50})
    company.rule("own budget", "solution", 13, "standard_rate", from_id="own budget", rate=10,
                 driver_id="sold", budget_driver_id="planned")  # fmt: skip
    company.driver("sold later", "later layers", {"north": 90})
    company.driver("planned later", "later layers", {"north": 120, "recovered": 50})
    company.rule("later layers", "solution", 21, "standard_rate", from_id="later layers", rate=10,
                 driver_id="sold later", budget_driver_id="planned later",
                 network="direct")  # fmt: skip
    for rule_id in ("no position", "recovered"):
        company.rule(rule_id, "solution", 14, "hybrid", from_id=rule_id)
    fallback(company, "no position", 1, method="driver", driver_id="unheard")
    fallback(company, "no position", 2, method="driver", driver_id="zeros")
    company.driver("zeros", "no position", {"north": 0})
    fallback(company, "recovered", 1, method="capacity", driver_id="seats", capacity=100,
             idle="recovered")  # fmt: skip
    company.driver("seats", "recovered", {"north": 30, "south": 10})
    company.rule("own first", "solution", 15, "driver", from_id="own first", driver_id="calls")
    company.driver("calls", "own first", {"north": 3, "south": 1})
    company.driver("calls", "*", {"north": 1, "south": 1})
    company.consumers("twin")
    company.rule("twin", "solution", 16, "fixed_percent", from_id="twin")
    company.percentages("twin", "consumer", {"twin": 100})
    company.add("cmdb/applications", application_id="moved", retired_on="2024-12-31")
    company.consumers("moved")
    company.target_set("namesakes", "solution", "moved")
    company.target_set("namesakes", "consumer", "north")
    for consumer_id, quantity in [("moved", 3), ("north", 1)]:
        company.add("consumption/service_usage", usage_id=consumer_id, service_id="namesake",
                    usage_date="2025-01-31", used_by_type="consumer", used_by_id=consumer_id,
                    quantity=quantity)  # fmt: skip
    company.rule("namesake", "solution", 22, "driver", from_id="namesake",
                 driver_id="service_usage", target_set="namesakes")  # fmt: skip


def write_rules(company: EngineWorkspace) -> None:
    """Filters on what money is, patterns, tags of two layers, and overuse in two months."""
    company.target_set("c1", "consumer", "c1")
    company.target_set("c2", "consumer", "c2")
    company.target_set("servers", "resource_tower", "Servers")
    company.consumers("c1", "c2", "sales")
    company.line(100, account_id="7001", expense_type="OpEx")
    company.line(15, account_id="7001", expense_type="CapEx")
    company.rule("servers", "cost_pool", 20, "even", account_id="7001", target_set="servers")
    company.rule("capex", "resource_tower", 10, "even", from_id="Servers", expense_type="CapEx",
                 target_set="c1")  # fmt: skip
    company.rule("rest", "resource_tower", 20, "even", from_id="Servers", target_set="c2")
    # `_` is a letter, not any letter
    company.line(7, account_id="8010")
    company.line(3, account_id="80_0")
    company.classify("underscore", 10, "Staffing", "Staff Augmentation", account_id="80_0")
    company.rule("underscore", "cost_pool", 30, "even", account_id="80_0", target_set="c1")
    company.rule("digits", "cost_pool", 31, "even", account_id="8010", target_set="c2")
    # a line that names a service and a consumer goes to the service
    company.services("mail", "room", "tried")
    company.line(9, service_id="mail", consumer_id="sales")
    company.rule("mail", "solution", 17, "even", from_id="mail", target_set="c2")
    for day, use in [("2025-01-15", 50), ("2025-02-15", 80)]:
        company.line(10, day, service_id="room")
        company.driver("rooms", "room", {"north": use}, day=f"{day[:7]}-01")
    company.rule("room", "solution", 18, "capacity", from_id="room", driver_id="rooms",
                 capacity=40)  # fmt: skip
    # a position that was not needed is not judged
    company.line(10, service_id="tried")
    company.rule("tried", "solution", 19, "hybrid", from_id="tried")
    fallback(company, "tried", 1, method="driver", driver_id="first try")
    fallback(company, "tried", 2, method="capacity", driver_id="second try", capacity=40)
    company.driver("first try", "tried", {"north": 1})
    company.driver("second try", "tried", {"north": 50})


def write_lines(company: EngineWorkspace) -> None:
    """Lines that differ by project, lines that name objects, and shares of what they name."""
    for project_id, amount in [("P1", 20), ("P2", 30)]:
        company.add("portfolio/projects", project_id=project_id, project_name=project_id)
        company.line(amount, account_id="7002", project_id=project_id)
    company.rule("first project", "cost_pool", 40, "even", account_id="7002", project_id="P1",
                 target_set="c1")  # fmt: skip
    company.rule("other projects", "cost_pool", 41, "even", account_id="7002", target_set="c2")
    # the target set holds the consumer of that name, and the line names the service
    company.services("dup")
    company.consumers("dup")
    company.line(11, account_id="7003", service_id="dup")
    company.target_set("dup", "consumer", "dup")
    company.rule("dup", "cost_pool", 42, "tagged", account_id="7003", target_set="dup")
    # direct cost of a service and of an application; that of other objects does not count
    company.services("direct mail")
    company.add("cmdb/applications", application_id="direct app")
    company.line(300, application_id="direct app")
    company.line(100, service_id="direct mail")
    company.line(400, account_id="7004")
    company.target_set("direct", "solution", "direct app|direct mail")
    company.rule("shared", "cost_pool", 43, "driver", account_id="7004", driver_id="tagged_cost",
                 target_set="direct")  # fmt: skip
    company.rule("direct", "solution", 23, "even", from_id="direct*", target_set="c1")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    folder = tmp_path_factory.mktemp("choices")
    cases = EngineWorkspace(folder / "ws")
    for rule_set, based_on, status in [
        ("current", "", "current"), ("next", "current", "proposed"), ("later", "next", "proposed"),
    ]:  # fmt: skip
        cases.add("cost_model/rule_sets", rule_set=rule_set, based_on=based_on, status=status)
    cases.consumers("north", "south")
    cases.classify("all", 900, "Staffing", "Internal Labor")
    cases.rule("tagged", "cost_pool", 90, "tagged")
    write_services(cases)
    write_rules(cases)
    write_lines(cases)
    result = cases.build()
    assert result.returncode == 0, result.stdout[-5000:]
    return cases


def bills(
    company: EngineWorkspace, service_id: str, rule_set: str = "current", period: str = "2025-01-01"
) -> dict[str, float]:
    """Return where the money of a service goes, named places among them."""
    rows = company.query(
        "select to_id, sum(amount_minor) / 100 from allocation.alloc_consumer_flows"
        " where measure = 'amount' and scenario = 'actual' and rule_set = ?"
        " and service_id = ? and fiscal_period = ? group by all",
        rule_set,
        service_id,
        period,
    )
    return {to_id: float(amount) for to_id, amount in rows}


@pytest.mark.parametrize("service_id", [one for one, bill in EXPECTED.items() if bill])
@pytest.mark.parametrize("rule_set", ["current", "later"])
def test_a_service_is_billed_so(company: EngineWorkspace, service_id: str, rule_set: str) -> None:
    """Also under a set that is based on one that is based on the current one."""
    assert bills(company, service_id, rule_set) == EXPECTED[service_id]


def test_an_object_receives_in_the_month_of_its_last_day(company: EngineWorkspace) -> None:
    assert bills(company, "last month", period="2025-02-01") == {"north": 50, "gone": 50}


def test_each_rule_set_has_its_own_members(company: EngineWorkspace) -> None:
    assert bills(company, "by set") == {"north": 100}
    assert bills(company, "by set", "next") == bills(company, "by set", "later") == {"south": 100}


def test_the_last_position_says_why_nobody_received(company: EngineWorkspace) -> None:
    assert company.query(
        "select distinct reason_code, fallback_position from allocation.alloc_shares"
        " where rule_id = 'no position' and rule_set = 'current' and fiscal_period = '2025-01-01'"
    ) == [("zero_weights", 2)]


def test_what_money_is_and_how_it_is_tagged_chooses_the_rule(company: EngineWorkspace) -> None:
    assert bills(company, "mail") == {"c2": 9}
    assert company.query(
        "select distinct to_layer, to_id, reason_code from allocation.alloc_pool_flows"
        " where to_id in ('mail', 'sales')"
    ) == [("solution", "mail", None)]


@pytest.mark.parametrize(
    ("table", "rule_id", "expected"),
    [
        ("alloc_tower_flows", "capex", [("consumer", "c1", None, 15)]),
        ("alloc_tower_flows", "rest", [("consumer", "c2", None, 100)]),
        ("alloc_pool_flows", "underscore", [("consumer", "c1", None, 3)]),
        ("alloc_pool_flows", "digits", [("consumer", "c2", None, 7)]),
        ("alloc_pool_flows", "first project", [("consumer", "c1", None, 20)]),
        ("alloc_pool_flows", "other projects", [("consumer", "c2", None, 30)]),
        ("alloc_pool_flows", "dup", [("resource_tower", "UNALLOCATED", "tag_unknown", 11)]),
        ("alloc_pool_flows", "shared",
         [("solution", "direct app", None, 300), ("solution", "direct mail", None, 100)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rule_set", ["current", "later"])
def test_a_rule_pays_so(
    company: EngineWorkspace, table: str, rule_id: str, expected: list[tuple], rule_set: str
) -> None:
    rows = company.query(
        "select to_layer, to_id, reason_code, sum(amount_minor) / 100"
        f" from allocation.{table} where measure = 'amount' and scenario = 'actual'"
        " and rule_set = ? and rule_id = ? group by all order by all",
        rule_set,
        rule_id,
    )
    assert rows == expected


def test_an_account_is_classified_by_letter(company: EngineWorkspace) -> None:
    rows = company.query(
        "select classification_rule_id, sum(amount_minor) / 100"
        " from allocation.alloc_classified_buckets where rule_set = 'current'"
        " and classification_rule_id = 'underscore' group by all"
    )
    assert rows == [("underscore", 3)]  # and not the 7 of account 8010


def test_use_by_a_consumer_is_not_that_of_a_retired_application_of_its_name(
    company: EngineWorkspace,
) -> None:
    assert not company.query(
        "select message from allocation.alloc_use_faults"
        " where object_id = 'moved' or rule_id = 'namesake'"
    )


def test_use_above_a_capacity_is_told_for_the_worst_month_of_the_position_taken(
    company: EngineWorkspace,
) -> None:
    told = company.query(
        "select message from allocation.alloc_use_faults where fault = 'use_above_capacity'"
    )
    assert len(told) == 1
    assert "80.00 used" in told[0][0]
    assert "2025-02-01" in told[0][0]
