"""Faults that other allocation engines were found to have, each tried here by the real pipeline."""

from __future__ import annotations

import shutil
from decimal import Decimal

import duckdb
import pytest

from engine_workspace import ALLOCATION, EngineWorkspace

SELECTION = (
    f"{ALLOCATION} +path:models/reconciliation/rec_ledger_tie_out.sql"
    " +path:models/marts/budget +path:models/reconciliation/rec_reject_gates.sql"
    " --exclude resource_type:unit_test"
)
# a null in what a test compares, and the test that must see it
NULLS = {
    "assert_ledger_lines_are_complete": ("core.fct_ledger_lines", "amount", "account_id = '7000'"),
    "share_intervals_meet": ("allocation.alloc_shares", "c1", "rule_id = 'crowded'"),
    "networks_are_solved": ("allocation.alloc_paths", "share", "rule_id = 'both'"),
    "money_is_conserved_at_every_step": (
        "allocation.alloc_consumer_flows", "amount_minor", "service_id = 'crowded'",
    ),
    "assert_every_layer_ties_to_the_ledger": (
        "reconciliation.rec_ledger_tie_out", "difference_amount", "layer = 'consumer'",
    ),
    "assert_reject_gates_pass": ("reconciliation.rec_reject_gates", "passes", "true"),
}  # fmt: skip
RING = 5
RINGS = 25


def write_single_selectors(company: EngineWorkspace) -> None:
    """Rules with one selector each, which does not match the money beside it."""
    company.line(40, account_id="7600", cost_center_id="X")
    company.rule("one centre", "cost_pool", 85, "even", cost_center_id="Y", target_set="one")
    company.line(1, account_id="7601", cost_center_id="Y")
    company.services("only tagged", "only cloud", "only kind")
    company.line(50, service_id="only cloud")
    company.rule("one provider", "solution", 104, "cloud_usage", from_id="only cloud",
                 driver_id="acme*")  # fmt: skip
    company.add("cloud/cost_and_usage", billed_cost=9, effective_cost=9,
                tags='{"business_unit": "c1"}', billing_currency="USD", provider_name="Other",
                billing_period_start="2025-01-01", charge_period_start="2025-01-01")  # fmt: skip
    company.line(60, service_id="only kind")
    company.target_set("one kind", "solution", "only*", object_kind="application")
    company.rule("one kind", "solution", 105, "even", from_id="only kind",
                 target_set="one kind")  # fmt: skip
    # one item class, and an item of another class that reaches a target
    company.line(80, account_id="7602")
    company.target_set("lan", "resource_tower", "LAN")
    company.rule("to lan", "cost_pool", 86, "even", account_id="7602", target_set="lan")
    company.target_set("tagged", "solution", "only tagged")
    company.rule("one class", "resource_tower", 106, "relationship", from_id="LAN",
                 driver_id="switch", target_set="tagged")  # fmt: skip
    company.add("cmdb/configuration_items", ci_id="i1", ci_class="server")
    company.add("cmdb/configuration_items", ci_id="i2", ci_class="switch")
    company.add("cmdb/relationships", from_id="only tagged", to_id="i1",
                relationship_type="runs_on")  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build one company in which every fault would show."""
    folder = tmp_path_factory.mktemp("faults")
    company = EngineWorkspace(folder / "ws")
    company.classify("all", 900, "Staffing", "Internal Labor", valid_to="2026-12-31")
    company.consumers("c1", "c2", "c3", "unplanned", *[f"crowd {n:04d}" for n in range(3000)])
    company.services("crowded", "near a", "near b", *[f"chain {n:03d}" for n in range(101)])
    company.services("ghost")

    # rules that end with 2025, and money in 2026
    company.rule("tagged", "cost_pool", 10, "tagged", valid_to="2026-12-31")
    company.rule("2025", "cost_pool", 20, "even", account_id="7000", target_set="two",
                 valid_to="2025-12-31")  # fmt: skip
    company.target_set("two", "consumer", "c1|c2")
    company.line(100, account_id="7000", day="2025-01-10")
    company.line(40, account_id="7000", day="2025-02-10")  # a second period of the year
    company.line(70, account_id="7000", day="2026-01-10")
    company.line(30, account_id="7000", day="2027-01-10")  # not even a classification holds

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
    # what is kept back stops where the rule took it, whatever layer its row names
    company.line(400, account_id="7950")
    company.rule("kept back", "cost_pool", 85, "fixed_percent", account_id="7950")
    company.percentages("kept back", "consumer", {"c1": 75, "UNALLOCATED": 25})
    write_moved_cost_center(company)
    write_single_selectors(company)
    result = company.build(SELECTION)
    assert result.returncode == 0, result.stdout[-5000:]
    return company


def write_moved_cost_center(company: EngineWorkspace) -> None:
    """A desk moves with its department from one division to another, in the middle of February."""
    for name, parent, valid_from, valid_to in (
        ("north division", "", "", ""),
        ("south division", "", "", ""),
        ("department", "north division", "", "2025-02-14"),
        ("department", "south division", "2025-02-15", ""),
        ("desk", "department", "", ""),
    ):
        place = {"parent_cost_center_id": parent, "valid_from": valid_from, "valid_to": valid_to}
        company.add("ledger/cost_centers", cost_center_id=name, cost_center_name=name, **place)
    for month in ("01", "02", "03"):
        company.line(f"{month}.00", f"2025-{month}-01", cost_center_id="desk", account_id="7960")
    for number, (name, consumer_id) in enumerate([("north", "c1"), ("south", "c2")]):
        company.target_set(f"of {name}", "consumer", consumer_id)
        company.rule(f"of {name}", "cost_pool", 86 + number, "even", account_id="7960",
                     cost_center_id=f"{name} division", target_set=f"of {name}")  # fmt: skip


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


def test_a_year_without_any_rule_keeps_its_cost_in_sight(company: EngineWorkspace) -> None:
    assert company.query(
        "select to_id, reason_code, amount_minor from allocation.alloc_pool_flows"
        " where fiscal_period = '2027-01-01'"
    ) == [("UNALLOCATED", "unclassified", 3000)]
    assert company.query(
        "select distinct ledger_amount, placed_amount, unallocated_amount, difference_amount"
        " from reconciliation.rec_ledger_tie_out where fiscal_period = '2027-01-01'"
    ) == [(30, 0, 30, 0)]


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


@pytest.mark.parametrize(
    ("flows", "where", "reason"),
    [
        ("pool", "amount_minor = 4000 and fiscal_period = '2025-01-01'", "tag_missing"),
        ("consumer", "service_id = 'only cloud'", "no_driver_data"),
        ("consumer", "service_id = 'only kind'", "no_driver_data"),
        ("tower", "rule_id = 'one class'", "no_driver_data"),
    ],
)
def test_a_single_selector_is_evaluated(
    company: EngineWorkspace, flows: str, where: str, reason: str
) -> None:
    """A rule with one selector takes nothing else, and the money beside it stays in sight."""
    rows = company.query(
        f"select to_id, reason_code from allocation.alloc_{flows}_flows"
        f" where scenario = 'actual' and {where}"
    )
    assert rows == [("UNALLOCATED", reason)]
    assert paid(company, "one centre") == {("2025-01", "c1"): 100}


def test_what_is_kept_back_stops_at_the_layer_of_its_rule(company: EngineWorkspace) -> None:
    assert paid(company, "kept back") == {
        ("2025-01", "c1"): 30000,
        ("2025-01", "UNALLOCATED"): 10000,
    }
    rows = company.query(
        "select distinct to_layer, reason_code from allocation.alloc_pool_flows"
        " where rule_id = 'kept back' and to_id = 'UNALLOCATED'"
    )
    assert rows == [("resource_tower", "not_distributed")]


def test_a_moved_cost_center_stays_where_it_was_in_closed_periods(company: EngineWorkspace) -> None:
    """A period has the hierarchy of its last day."""
    assert paid(company, "of north") == {("2025-01", "c1"): 100}
    assert paid(company, "of south") == {("2025-02", "c2"): 200, ("2025-03", "c2"): 300}


@pytest.fixture(scope="module")
def tests_that_see_a_null(
    company: EngineWorkspace, tmp_path_factory: pytest.TempPathFactory
) -> set[str]:
    """Put a null into what each test compares, and return the tests that fail."""
    folder = tmp_path_factory.mktemp("nulls")
    shutil.copytree(company.folder, folder / "ws")
    broken = EngineWorkspace(folder / "ws")
    with duckdb.connect(broken.folder / "build" / "warehouse.duckdb") as connection:
        rows = connection.execute("select schema_name || '.' || view_name from duckdb_views()")
        views = {name for (name,) in rows.fetchall()}
        for table, column, where in NULLS.values():
            connection.execute(
                f"create table kept as select * replace (case when not ({where}) then {column} end"
                f" as {column}) from {table}"
            )
            kind = "view" if table in views else "table"
            connection.execute(f"drop {kind} {table}")
            connection.execute(f"create table {table} as from kept")
            connection.execute("drop table kept")
    output = broken.dbt("test", " ".join(NULLS)).stdout
    return {name for name in NULLS if f"Failure in test {name} " in output}


@pytest.mark.parametrize("name", list(NULLS))
def test_a_null_in_a_comparison_hides_nothing(tests_that_see_a_null: set[str], name: str) -> None:
    assert name in tests_that_see_a_null


@pytest.fixture(scope="module")
def lossy(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build a ledger with a line in a currency without rate and lines whose date is of no use."""
    folder = tmp_path_factory.mktemp("lossy")
    company = EngineWorkspace(folder / "ws")
    company.line(1000, currency_code="USD")
    company.line(70, currency_code="CHF")
    company.line(30, day="1025-01-15")
    company.line(20, day="15th of May")
    company.returncode = company.build(  # type: ignore[attr-defined]
        "+path:models/reconciliation/rec_reject_gates.sql"
        " +path:models/reconciliation/rec_input_tie_out.sql"
        " --exclude resource_type:unit_test"
    ).returncode
    return company


def test_a_line_in_another_currency_or_date_is_told(lossy: EngineWorkspace) -> None:
    rows = lossy.query(
        "select reason_code, line_number, amount from reconciliation.rec_rejected_rows order by 2"
    )
    assert [(reason, line, float(amount)) for reason, line, amount in rows] == [
        ("missing_exchange_rate", 3, 70),
        ("unknown_period", 4, 30),
        ("unparsable_date", 5, 20),
    ]
    assert lossy.query(
        "select rows_in, rows_accepted, rows_rejected, amount_in, amount_accepted, amount_rejected"
        " from reconciliation.rec_input_tie_out where table_name = 'journal_lines'"
    ) == [(4, 1, 3, 1120, 1000, 120)]


def test_a_run_that_lost_a_line_is_no_success(lossy: EngineWorkspace) -> None:
    assert lossy.returncode != 0  # type: ignore[attr-defined]
    assert lossy.query(
        "select gate from reconciliation.rec_reject_gates where passes is not true"
    ) == [("ledger_amount_loss",)]
