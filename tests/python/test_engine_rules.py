"""Rules as data: which of them take money, and what is said of those that are wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine_workspace import EngineWorkspace


@pytest.fixture(scope="module")
def matching(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build a company whose rules use every kind of filter, dates, tags, towers and the CMDB."""
    folder = tmp_path_factory.mktemp("matching")
    company = EngineWorkspace(folder / "ws")
    for account_id, parent in [("6", ""), ("61", "6"), ("6100", "61"), ("7000", ""), ("8%", "")]:
        company.add("ledger/accounts", account_id=account_id, parent_account_id=parent)
    company.services("mail", "web")
    for app in ("app1", "app2", "app3"):
        company.add("cmdb/applications", application_id=app)
    company.consumers("sales", "stores")

    company.line(100, account_id="6100", description="Amazon CLOUD bill")
    company.line(50, account_id="6100", description="anything")
    company.line(25, account_id="7000", description="100% sure", service_id="mail")
    company.line(-10, account_id="7000", description="credit", service_id="nobody")
    company.line(7, account_id="8%", description="odd account")
    company.line(40, day="2025-02-10", account_id="6100", description="cloud")
    company.line(1, account_id="7000", cost_center_id="CC9")

    company.classify("cloud", 10, "Cloud Services", "IaaS", description="*cloud*|*hosting*")
    company.classify("february", 5, "Cloud Services", "PaaS", account_id="61",
                     valid_from="2025-02-01", valid_to="2025-02-28")  # fmt: skip
    company.classify("six", 20, "Hardware", "Servers", account_id="6")
    company.classify("seven", 30, "Staffing", "Internal Labor", account_id="70*")
    company.classify("percent", 40, "Staffing", "Staff Augmentation", account_id="9%|%")

    # in March, rules that say what they leave out
    for number, (amount, account_id, description) in enumerate(
        [(4, "8%", ""), (5, "8%", "Travel"), (6, "7000", "wages"), (8, "8%", "taxi")]
    ):
        company.line(amount, day="2025-03-10", account_id=account_id, description=description,
                     line_id=f"M{number}")  # fmt: skip
    company.classify("no travel", 1, "Misc Costs", "Other Operating",
                     account_id="\t!6\u00a0|\t!70*\t",
                     description="!\t*travel*|!*bus*", valid_from="2025-03-01")  # fmt: skip
    company.rule("no staff", "cost_pool", 5, "even", cost_pool="!Staffing|!hard*",
                 target_set="no web", valid_from="2025-03-01")  # fmt: skip
    company.target_set("no web", "solution", "!app*\t| !web")

    company.rule("tagged", "cost_pool", 10, "tagged")
    company.rule("cc9", "cost_pool", 15, "even", cost_center_id="CC9", target_set="sales")
    company.rule("servers", "cost_pool", 20, "even", cost_pool="hardware|cloud*",
                 target_set="servers")  # fmt: skip
    company.target_set("servers", "resource_tower", "Servers")
    company.target_set("sales", "consumer", "sales")
    company.target_set("apps", "solution", "*", object_kind="application")
    company.target_set("services", "solution", "*", object_kind="service")

    # a rack holds two machines; app1 stands on both, app2 on one, app3 on a retired one
    for ci_id, ci_class, status, weight in [
        ("rack", "rack", "operational", 1),
        ("m1", "server", "operational", 3),
        ("m2", "server", "operational", 1),
        ("m3", "server", "retired", 100),
    ]:
        company.add("cmdb/configuration_items", ci_id=ci_id, ci_class=ci_class,
                    operational_status=status, cost_weight=weight)  # fmt: skip
    for upper, lower in [
        ("app1", "m1"), ("app1", "m2"), ("app2", "m2"), ("app3", "m3"),
        ("m1", "m2"), ("m2", "m1"), ("mail", "app1"), ("web", "app2"), ("web", "mail"),
    ]:  # fmt: skip
        company.add("cmdb/relationships", from_id=upper, to_id=lower, relationship_type="runs_on")
    company.rule("stack", "resource_tower", 10, "relationship", from_id="Serv*",
                 target_set="apps", driver_id="SERVER")  # fmt: skip
    company.rule("apps", "solution", 10, "relationship", from_id="app*", target_set="services")
    company.rule("use", "solution", 20, "driver", from_id="mail|web", driver_id="service_usage")
    for number, (service_id, day, consumer_id, quantity) in enumerate(
        [("mail", "2025-01-31", "sales", 1), ("mail", "2025-01-31", "stores", 3),
         ("web", "2025-02-28", "sales", 1)]
    ):  # fmt: skip
        company.add("consumption/service_usage", usage_id=number, service_id=service_id,
                    usage_date=day, used_by_type="consumer", used_by_id=consumer_id,
                    quantity=quantity)  # fmt: skip
    result = company.build()
    assert result.returncode == 0, result.stdout[-5000:]
    return company


def test_classification_by_text_hierarchy_dates_and_literals(matching: EngineWorkspace) -> None:
    rows = matching.query(
        "select fiscal_period, coalesce(classification_rule_id, reason_code), sum(amount_minor)"
        " from allocation.alloc_classified_buckets group by all order by all"
    )
    assert [(str(period), rule, amount) for period, rule, amount in rows] == [
        ("2025-01-01", "cloud", 10000),
        ("2025-01-01", "seven", 1600),
        ("2025-01-01", "six", 5000),
        ("2025-01-01", "unclassified", 700),  # the % of a filter is no wildcard
        ("2025-02-01", "february", 4000),
        ("2025-03-01", "no travel", 1200),
        ("2025-03-01", "seven", 600),
        ("2025-03-01", "unclassified", 500),
    ]


def test_filters_leave_out_what_they_name(matching: EngineWorkspace) -> None:
    # a line without a text, and one with another text, are not among those left out
    rows = matching.query(
        "select rule_id, to_id, reason_code, sum(amount_minor)"
        " from allocation.alloc_pool_flows where fiscal_period = '2025-03-01'"
        " group by all order by all"
    )
    assert rows == [
        ("no staff", "mail", None, 1200),
        ("tagged", "UNALLOCATED", "tag_missing", 600),
        (None, "UNALLOCATED", "unclassified", 500),
    ]


def test_a_tagged_rule_leaves_untagged_lines_to_others(matching: EngineWorkspace) -> None:
    rows = matching.query(
        "select rule_id, to_layer, to_id, reason_code, sum(amount_minor)"
        " from allocation.alloc_pool_flows where fiscal_period = '2025-01-01'"
        " group by all order by all"
    )
    assert rows == [
        ("cc9", "consumer", "sales", None, 100),
        ("servers", "resource_tower", "Servers", None, 15000),
        ("tagged", "resource_tower", "UNALLOCATED", "tag_unknown", -1000),
        ("tagged", "solution", "mail", None, 2500),
        (None, "cost_pool", "UNALLOCATED", "unclassified", 700),
    ]


def test_walks_split_items_over_what_stands_on_them(matching: EngineWorkspace) -> None:
    # m1 and m2 run on each other: both reach app1 and app2; m3 is retired
    rows = matching.query(
        "select object_id, own_minor from allocation.alloc_layer_totals"
        " where fiscal_period = '2025-01-01' and object_id like 'app%' order by all"
    )
    assert rows == [("app1", 7500), ("app2", 7500)]


def test_applications_pay_the_first_services_above_them(matching: EngineWorkspace) -> None:
    rows = matching.query(
        "select from_id, to_id, sum(amount_minor) from allocation.alloc_tower_flows"
        " where fiscal_period = '2025-01-01' group by all order by all"
    )
    assert rows == [("Servers", "mail", 7500), ("Servers", "web", 7500)]


def test_driver_values_carry_forward_and_never_back(matching: EngineWorkspace) -> None:
    rows = matching.query(
        "select service_id, to_id, reason_code, sum(amount_minor)"
        " from allocation.alloc_consumer_flows where fiscal_period = '2025-01-01'"
        " group by all order by all"
    )
    assert rows == [
        ("mail", "sales", None, 2500),
        ("mail", "stores", None, 7500),
        ("web", "UNALLOCATED", "no_driver_data", 7500),
    ]
    february = matching.query(
        "select distinct from_id, cast(driver_period as varchar)"
        " from allocation.alloc_exit_shares where fiscal_period = '2025-02-01'"
        " and from_id in ('mail', 'web') order by 1"
    )
    assert february == [("mail", "2025-01-01"), ("web", "2025-02-01")]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build a company with one fault of each kind."""
    folder = tmp_path_factory.mktemp("faulty")
    company = EngineWorkspace(folder / "ws")
    company.services("s1", "s2")
    company.consumers("c1")
    company.line(100)
    company.classify("a", 10, "Staffing", "Internal Labor", account_id="6*")
    company.classify("b", 10, "Staffing", "Staff Augmentation", account_id="60*")
    company.classify("own", 20, "Moonshots", "Rockets")
    company.rule("sees too much", "resource_tower", 1, "even", vendor="x", target_set="all")
    company.rule("sees pools", "solution", 2, "even", cost_pool="x", target_set="all")
    company.rule("sees senders", "cost_pool", 3, "even", from_id="x", target_set="all")
    company.rule("tagged late", "solution", 4, "tagged")
    company.rule("no set", "cost_pool", 5, "even")
    company.rule("no driver", "cost_pool", 6, "driver")
    company.rule("unknown set", "cost_pool", 7, "even", target_set="nowhere")
    company.rule("unknown driver", "cost_pool", 8, "driver", driver_id="nothing")
    company.rule("backwards", "solution", 9, "even", target_set="towers")
    company.rule("ninety", "solution", 11, "fixed_percent", from_id="s1")
    company.percentages("ninety", "consumer", {"c1": 50, "nobody": 40})
    company.percentages("ghost", "consumer", {"c1": 100})
    company.rule("never", "cost_pool", 12, "even", target_set="all",
                 valid_from="2025-12-31", valid_to="2025-01-01")  # fmt: skip
    company.rule("lost", "cost_pool", 13, "even", rule_set="curent", target_set="all")
    company.rule("tie 1", "cost_pool", 14, "even", account_id="6*", target_set="all")
    company.rule("tie 2", "cost_pool", 14, "even", account_id="*00", target_set="all")
    company.rule("below zero", "solution", 15, "driver", from_id="s2", driver_id="service_usage")
    company.add("consumption/service_usage", usage_id=1, service_id="s2", usage_date="2025-01-01",
                used_by_type="consumer", used_by_id="c1", quantity=-5)  # fmt: skip
    company.rule("too heavy", "solution", 16, "driver", from_id="s1", driver_id="bytes")
    company.driver("bytes", "s1", {"c1": 3_000_000_000_000_000})
    company.add("cost_model/rule_sets", rule_set="current", status="current")
    company.add("cost_model/rule_sets", rule_set="twin", status="current")
    company.target_set("all", "consumer", "*")
    company.target_set("all", "consumer", "nobody here")
    company.target_set("towers", "resource_tower", "Servers")
    company.returncode = company.build().returncode  # type: ignore[attr-defined]
    return company


@pytest.mark.parametrize(
    ("severity", "rule_id", "words"),
    [
        ("error", "sees too much", "only the cost_pool layer can see"),
        ("error", "sees pools", "which the solution layer cannot see"),
        ("error", "sees senders", "the cost_pool layer does not have"),
        ("error", "tagged late", "only ledger lines carry tags"),
        ("error", "no set", "names no target_set"),
        ("error", "no driver", "names no driver_id"),
        ("error", "unknown set", "target set nowhere, which has no row"),
        ("warning", "unknown driver", "no value is known"),
        ("error", "backwards", "money can only go to a later layer"),
        ("error", "ninety", "add up to 90 and not to 100"),
        ("error", "ninety", "nobody, which is no object of the consumer layer"),
        ("error", "ghost", "defines no fixed_percent rule of that id"),
        ("error", "never", "which is never"),
        ("error", "lost", "curent, which rule_sets does not list"),
        ("error", "tie 1", "and rule tie 2 both take"),
        ("error", "a", "and rule b both take"),
        ("error", "below zero", "such as for c1 from s2 in the period from 2025-01-01"),
        ("error", "too heavy", "a thousand million millions or more, such as for c1"),
        ("error", "own", "which the standard does not have"),
        ("error", None, "target set all names nobody here"),
    ],
)
def test_faults_are_sentences_with_file_line_and_rule(
    faulty: EngineWorkspace, severity: str, rule_id: str | None, words: str
) -> None:
    messages = faulty.query(
        "select message from allocation.alloc_rule_faults"
        " where severity = ? and rule_id is not distinct from ? and contains(message, ?)",
        severity,
        rule_id,
        words,
    )
    assert len(messages) == 1
    assert messages[0][0].startswith("cost_model/")
    assert ", line " in messages[0][0]


def test_two_current_rule_sets_are_named(faulty: EngineWorkspace) -> None:
    rows = faulty.query(
        "select rule_set from allocation.alloc_rule_faults"
        " where severity = 'error' and fault = 'two_current_rule_sets' order by all"
    )
    assert rows == [("current",), ("twin",)]


def test_no_money_moves_when_a_rule_is_wrong(faulty: EngineWorkspace) -> None:
    assert faulty.returncode != 0  # type: ignore[attr-defined]
    built = faulty.query(
        "select table_name from information_schema.tables where table_schema = 'allocation'"
    )
    assert ("alloc_rule_faults",) in built
    assert ("alloc_rules",) not in built
    assert ("alloc_pool_flows",) not in built


def test_circles_without_an_outlet_stop_the_build(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("trapped")
    company = EngineWorkspace(folder / "ws")
    company.services("free", "s17", "s33", "selfish", "alone")
    company.consumers("c1")
    company.line(Decimal("10.00"), service_id="s17")
    company.target_set("alone", "solution", "alone")
    company.rule("alone", "solution", 9, "even", from_id="alone", target_set="alone")
    company.classify("all", 10, "Staffing", "Internal Labor")
    company.rule("tagged", "cost_pool", 10, "tagged")
    for number, (sender, layer, receiver) in enumerate(
        [("free", "consumer", "c1"), ("s17", "solution", "s33"), ("s33", "solution", "s17"),
         ("selfish", "solution", "selfish")]
    ):  # fmt: skip
        company.rule(sender, "solution", number, "fixed_percent", from_id=sender)
        company.percentages(sender, layer, {receiver: 100})
    # a tower of which one rule sends to another tower, and a second rule takes some money apart
    company.target_set("apart", "solution", "free")
    company.line(1, account_id="7000")
    company.classify("hardware", 5, "Hardware", "Expense", account_id="7000")
    company.rule("network", "resource_tower", 20, "fixed_percent", from_id="Servers")
    company.percentages("network", "resource_tower", {"LAN": 50})
    company.percentages("network", "solution", {"free": 50})
    company.rule("apart", "resource_tower", 10, "even", from_id="Servers", cost_pool="Hardware",
                 target_set="apart")  # fmt: skip
    assert company.build().returncode != 0
    messages = dict(company.query("select object_id, message from allocation.alloc_network_faults"))
    assert sorted(messages) == ["Servers", "alone", "s17", "selfish"]
    assert "divided between the rules apart and network" in messages["Servers"]
    assert "break the circle s17 -> s33 -> s17." in messages["s17"]
    assert "pays selfish only" in messages["selfish"]
    assert "pays alone only" in messages["alone"]
    built = company.query(
        "select table_name from information_schema.tables where table_schema = 'allocation'"
    )
    assert ("alloc_path_visits",) not in built


def test_the_current_rule_set_may_bear_another_name(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Marts hold money once, and a rule of the base is taken away by a copy that never holds."""
    folder = tmp_path_factory.mktemp("other_name")
    company = EngineWorkspace(folder / "ws")
    company.add("cost_model/rule_sets", rule_set="rules_2026", status="current")
    company.add("cost_model/rule_sets", rule_set="next", based_on="rules_2026", status="proposed")
    ours = {"rule_set": "rules_2026"}
    company.consumers("north", "south")
    company.line(100)
    company.add("planning/budget_lines", line_id="B1", budget_version="plan", amount=90,
                posting_date="2025-01-01", account_id="6000", cost_center_id="CC1")  # fmt: skip
    company.classify("all", 900, "Staffing", "Internal Labor", **ours)
    company.rule("north", "cost_pool", 10, "fixed_percent", **ours)
    company.percentages("north", "consumer", {"north": 100}, **ours)
    company.target_set("south", "consumer", "south")
    company.rule("south", "cost_pool", 20, "even", target_set="south", **ours)
    company.rule("north", "cost_pool", 10, "fixed_percent", rule_set="next", valid_to="2020-12-31")
    company.rule("late", "solution", 30, "driver", driver_id="late", **ours)
    company.driver("late", "", {"north": 1}, day="2025-06-01")
    result = company.build("+path:models/allocation +path:models/marts/budget")
    assert result.returncode == 0, result.stdout[-5000:]
    assert company.query(
        "select sum(actual_amount)::int, sum(budget_amount)::int from marts.fct_budget_variance"
    ) == [(100, 90)]
    assert company.query(
        "select rule_set, to_id, amount_minor::int from allocation.alloc_pool_flows"
        " where scenario = 'actual' order by all"
    ) == [("next", "south", 10000), ("rules_2026", "north", 10000)]
    warned = company.query("select fault, rule_id from allocation.alloc_rule_faults order by all")
    assert warned == [("current_by_another_name", None), ("driver_begins_late", "late")]
