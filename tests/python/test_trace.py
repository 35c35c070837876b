"""Money can be followed both ways, and the pieces add up: every line, every cell of every bill."""

from __future__ import annotations

import random

import pytest

from engine_workspace import EngineWorkspace

SELECT = "+path:models/allocation +path:models/marts/trace +fct_consumer_cost +fct_service_cost"
SERVICES = ["s1", "s2", "s3", "s4"]
CONSUMERS = ["c1", "c2", "c3"]
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
    company.classify("hw", 10, "Hardware", "Servers", account_id="6000|6001")
    company.classify("people", 20, "Staffing", "Internal Labor", account_id="6002|6003")
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
    for service in SERVICES:
        weights = {one: dice.randint(1, 9) for one in [*SERVICES, *CONSUMERS] if one != service}
        company.driver("mesh", service, weights)
    company.rule("mesh", "solution", 10, "driver", from_id="s*", driver_id="mesh")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    folder = tmp_path_factory.mktemp("trace")
    made = EngineWorkspace(folder / "ws", folder / "target")
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
        where lines.amount is distinct from pieces.amount
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


def test_buckets_add_up_like_lines(company: EngineWorkspace) -> None:
    assert (
        company.query(
            """
        select * from (
            select consumer_id, service_id, tower_id, sum(amount_minor) / 100 as amount
            from allocation.alloc_bucket_pieces group by all) as buckets
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
