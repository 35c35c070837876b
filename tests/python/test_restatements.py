"""Whoever was billed hears that a published bill has changed, by how much and why."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from holders import held_by_a_writer
from itfm.publish import PublishError, publish
from itfm.restatements import TABLE
from itfm.summary import lines
from itfm.workspace import Workspace, load_workspace

Bill = tuple[str, str, str, str, int]  # scenario, rule set, period, consumer, amount
JANUARY, FEBRUARY = "2025-01-01", "2025-02-01"
FIRST: list[Bill] = [
    ("actual", "current", JANUARY, "BU1", 60),
    ("actual", "current", JANUARY, "BU2", 30),
    ("actual", "current", FEBRUARY, "BU1", 70),
    ("actual", "proposed", JANUARY, "BU1", 90),
    ("budget", "current", JANUARY, "BU1", 100),
]
LEDGER = {JANUARY: 100, FEBRUARY: 70}
VERSIONS = [
    ("ledger_lines", "own period", JANUARY, "1"),
    ("ledger_lines", "own period", FEBRUARY, "2"),
    ("drivers", "later periods", JANUARY, "3"),
    ("input_cost_model__allocation_rules", "every period", None, "4"),
]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a company that has published two periods, January closed, and changed nothing."""
    folder = tmp_path / "company"
    folder.mkdir()
    (folder / "workspace.yml").write_text("company: Test\n", encoding="utf-8")
    made = load_workspace(folder)
    build(made)
    publish(made, "first")
    return made


def build(
    workspace: Workspace,
    bills: Iterable[Bill] = FIRST,
    ledger: dict[str, int] = LEDGER,
    versions: list[tuple] = VERSIONS,
    closed_through: str = "2025-01-01",
) -> None:
    """Write a work database that holds these bills."""
    workspace.build_folder.mkdir(exist_ok=True)
    workspace.work_database.unlink(missing_ok=True)
    billed = list(bills)
    with duckdb.connect(str(workspace.work_database)) as connection:
        connection.execute(f"set variable closed_through = date '{closed_through}'")
        connection.execute(
            """
            create schema core;
            create schema marts;
            create schema reconciliation;
            create table marts.fct_service_cost as select 1 as amount;
            create table marts.fct_consumer_cost (
                scenario varchar, rule_set varchar, fiscal_period date, consumer_id varchar,
                service_id varchar, amount decimal(38, 2), capex_amount decimal(38, 2)
            );
            create schema allocation;
            create table allocation.alloc_classified_buckets (
                scenario varchar, rule_set varchar, fiscal_period date, measure varchar,
                cost_center_id varchar, account_id varchar, cost_pool varchar,
                cost_sub_pool varchar, expense_type varchar, amount_minor bigint
            );
            create table reconciliation.rec_ledger_tie_out (
                scenario varchar, rule_set varchar, fiscal_period date, layer varchar,
                unallocated_amount decimal(18, 2)
            );
            create table core.dim_rule_sets (rule_set varchar, status varchar);
            create schema input_layer;
            create table input_layer.input_ledger__fiscal_calendar as
                select day as start_date, day <= getvariable('closed_through') as is_closed
                from (values (date '2025-01-01'), (date '2025-02-01')) as days (day);
            create table core.fct_input_versions (
                table_name varchar, counts_in varchar, fiscal_period date, version varchar
            );
            create table core.fct_ledger_lines (fiscal_period date, amount decimal(18, 2));
            """
        )
        for scenario, rule_set, period, consumer, amount in billed:
            # in two services each, so that a bill is a sum
            for part in (1, amount - 1):
                connection.execute(
                    "insert into marts.fct_consumer_cost values (?, ?, ?, ?, 'S', ?, 0)",
                    [scenario, rule_set, period, consumer, part],
                )
        for scenario, rule_set, period in sorted({bill[:3] for bill in billed}):
            total = sum(bill[4] for bill in billed if bill[:3] == (scenario, rule_set, period))
            for layer in ("solution", "consumer"):
                connection.execute(
                    "insert into reconciliation.rec_ledger_tie_out values (?, ?, ?, ?, ?)",
                    [scenario, rule_set, period, layer, ledger.get(period, total) - total],
                )
        connection.execute(
            "insert into core.dim_rule_sets values ('current', 'current'), ('proposed', 'proposed')"
        )
        connection.executemany("insert into core.fct_input_versions values (?, ?, ?, ?)", versions)


def restated(workspace: Workspace) -> list[tuple]:
    with duckdb.connect(str(workspace.published_database), read_only=True) as connection:
        return connection.execute(
            "select scenario, cast(fiscal_period as varchar), is_closed, consumer_id, "
            f"previous_amount, amount, change_amount, changed_inputs from {TABLE} "
            "where figure = 'bill' order by restated_at, scenario, fiscal_period, consumer_id"
        ).fetchall()


def change(workspace: Workspace, statement: str) -> None:
    """Change the work database as another build would have made it."""
    with duckdb.connect(str(workspace.work_database)) as connection:
        connection.execute(statement)


def changed(*changes: Bill) -> list[Bill]:
    """Return the first bills with some of them replaced or added."""
    kept = {bill[:4]: bill for bill in FIRST}
    kept.update({bill[:4]: bill for bill in changes})
    return list(kept.values())


def test_the_first_publication_and_one_without_changes_restate_nothing(
    workspace: Workspace,
) -> None:
    assert restated(workspace) == []
    build(workspace)
    publish(workspace, "second")
    assert restated(workspace) == []
    assert not any("Restated" in line for line in lines(workspace))


def test_a_rule_that_moves_a_closed_bill_is_told(workspace: Workspace) -> None:
    versions = [*VERSIONS[:-1], (*VERSIONS[-1][:3], "5")]
    moved = changed(
        ("actual", "current", JANUARY, "BU1", 50), ("actual", "current", JANUARY, "BU3", 10)
    )
    build(workspace, moved, versions=versions)
    publish(workspace, "second")
    assert restated(workspace) == [
        ("actual", JANUARY, True, "BU1", 60, 50, -10, "allocation rules"),
        ("actual", JANUARY, True, "BU3", 0, 10, 10, "allocation rules"),
    ]
    told = lines(workspace)
    at = next(number for number, line in enumerate(told) if line.startswith("Restated"))
    assert told[at].endswith("actuals of 1 period, 1 closed, since these changed:")
    assert told[at + 1].strip() == "allocation rules"
    text = "actual 2025-01-01, closed: 2 bills, 10.00 moved, most +10.00 on BU3 for S"
    assert told[at + 2].strip().startswith(text)
    assert told[at + 2].endswith(" +0.00")


def test_what_moves_inside_a_bill_is_told(workspace: Workspace) -> None:
    """A posting in another pool, capital spending in place of operating cost, another service."""
    (workspace.path / "workspace.yml").write_text(
        "company: Test\nclosed_periods: keep\n", encoding="utf-8"
    )
    keeping = load_workspace(workspace.path)
    posting = (
        "('actual', 'current', date '2025-01-01', 'amount', 'CC1', '6000', '{}', '', 'OpEx', {})"
    )
    build(keeping)
    insert = "insert into allocation.alloc_classified_buckets values "
    change(keeping, insert + posting.format("Hardware", 6000))
    publish(keeping, "second", restate=True)
    build(keeping)
    change(keeping, insert + posting.format("Hardware", 4000))
    change(keeping, insert + posting.format("Software", 2000))
    with pytest.raises(PublishError, match="no bill, but 2 by cost centre, account and pool"):
        publish(keeping, "third")
    publish(keeping, "third", restate=True)
    query = f"select cost_pool, previous_amount, amount from {TABLE} where figure = 'posting'"
    with duckdb.connect(str(keeping.published_database), read_only=True) as connection:
        rows = connection.execute(query + " order by restated_at, cost_pool").fetchall()
    assert rows == [("Hardware", 0, 60), ("Hardware", 60, 40), ("Software", 0, 20)]
    for update in (
        "set capex_amount = 10 where consumer_id = 'BU2' and fiscal_period = '2025-01-01'",
        "set service_id = 'T' where consumer_id = 'BU2' and fiscal_period = '2025-01-01'",
    ):
        build(keeping)
        change(keeping, f"update marts.fct_consumer_cost {update}")
        with pytest.raises(PublishError, match="of closed periods would change"):
            publish(keeping, "fourth")


def test_periods_of_the_same_version_are_not_compared(workspace: Workspace) -> None:
    table = "create table allocation.alloc_period_versions as select * from (values {}) as v {}"
    names = "(fiscal_period, version)"
    build(workspace)
    change(workspace, table.format(f"(date '{JANUARY}', 'a'), (date '{FEBRUARY}', 'b')", names))
    publish(workspace, "second")
    both = changed(
        ("actual", "current", JANUARY, "BU1", 59), ("actual", "current", FEBRUARY, "BU1", 69)
    )
    build(workspace, both, ledger={})
    change(workspace, table.format(f"(date '{JANUARY}', 'a'), (date '{FEBRUARY}', 'c')", names))
    publish(workspace, "third")
    assert {row[1] for row in restated(workspace)} == {FEBRUARY}


def test_plans_that_follow_drivers_are_one_line(workspace: Workspace) -> None:
    build(workspace, changed(("budget", "current", JANUARY, "BU1", 99)), ledger={})
    publish(workspace, "second")
    told = [line for line in lines(workspace) if "period of plans" in line]
    assert len(told) == 1


def test_what_is_new_restates_nothing(workspace: Workspace) -> None:
    more = changed(
        ("actual", "current", "2025-03-01", "BU1", 70),
        ("budget_v2", "current", JANUARY, "BU1", 70),
        ("actual", "proposed", JANUARY, "BU1", 80),
    )
    build(workspace, more)
    publish(workspace, "second")
    assert restated(workspace) == []


def test_a_month_that_vanished_is_told_with_what_it_held(workspace: Workspace) -> None:
    kept = [bill for bill in FIRST if bill[:3] != ("actual", "current", JANUARY)]
    build(workspace, kept, versions=VERSIONS[1:])
    publish(workspace, "second")
    rows = restated(workspace)
    assert [(row[3], row[6]) for row in rows] == [("BU1", -60), ("BU2", -30), ("UNALLOCATED", -10)]
    assert sum(row[6] for row in rows) == -LEDGER[JANUARY]
    assert {row[7] for row in rows} == {"ledger lines"}


def other_versions(*changes: tuple[str, str | None]) -> list[tuple]:
    """Return the versions of the inputs with those of some tables and periods changed."""
    return [(*row[:3], "9") if (row[0], row[2]) in changes else row for row in VERSIONS]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        # a driver counts in later periods too
        ([("drivers", JANUARY)], "drivers"),
        # the ledger only in its own, and rules in every one
        (
            [("ledger_lines", JANUARY), ("input_cost_model__allocation_rules", None)],
            "allocation rules",
        ),
        # each table once
        ([("drivers", JANUARY), ("drivers", FEBRUARY)], "drivers"),
    ],
)
def test_only_inputs_that_count_in_the_period_are_named(
    workspace: Workspace, changes: list[tuple[str, str | None]], told: str
) -> None:
    versions = other_versions(*changes)
    if ("drivers", FEBRUARY) in changes:
        versions.append(("drivers", "later periods", FEBRUARY, "9"))
    build(workspace, changed(("actual", "current", FEBRUARY, "BU1", 69)), versions=versions)
    publish(workspace, "second")
    assert restated(workspace) == [
        ("actual", FEBRUARY, False, "BU1", 70, 69, -1, told),
        ("actual", FEBRUARY, False, "UNALLOCATED", 0, 1, 1, told),
    ]


def test_a_driver_counts_in_its_own_period(workspace: Workspace) -> None:
    versions = other_versions(("drivers", JANUARY))
    build(workspace, changed(("actual", "current", JANUARY, "BU1", 59)), versions=versions)
    publish(workspace, "second")
    assert [row[7] for row in restated(workspace)] == ["drivers", "drivers"]


def test_a_credit_that_becomes_another_is_one_row(workspace: Workspace) -> None:
    credit = ("actual", "current", JANUARY, "BU9", -30)
    build(workspace, changed(credit))
    publish(workspace, "second")
    build(workspace, changed((*credit[:4], -20)))
    publish(workspace, "third")
    rows = [row[4:7] for row in restated(workspace) if row[3] == "BU9"]
    assert rows == [(0, -30, -30), (-30, -20, 10)]


def test_without_other_inputs_the_project_changed(workspace: Workspace) -> None:
    build(workspace, changed(("budget", "current", JANUARY, "BU1", 99)), ledger={})
    publish(workspace, "second")
    assert {(row[0], row[3], row[7]) for row in restated(workspace)} >= {
        ("budget", "BU1", "models or settings of the project")
    }


def test_the_set_that_became_current_is_compared_with_the_one_before(
    workspace: Workspace,
) -> None:
    bills = [bill for bill in FIRST if bill[1] == "current"]
    renamed = [(scenario, "rules_2026", *rest) for scenario, _, *rest in bills]
    build(workspace, [*renamed, *(bill for bill in FIRST if bill[1] != "current")])
    with duckdb.connect(str(workspace.work_database)) as connection:
        connection.execute(
            "update core.dim_rule_sets set rule_set = 'rules_2026' where status = 'current'"
        )
    publish(workspace, "second")
    assert restated(workspace) == []


def test_restatements_of_earlier_publications_are_kept(workspace: Workspace) -> None:
    for amount in (50, 55):
        build(workspace, changed(("actual", "current", FEBRUARY, "BU1", amount)), ledger={})
        publish(workspace, str(amount))
    with duckdb.connect(str(workspace.published_database), read_only=True) as connection:
        changes = connection.execute(
            f"select previous_amount, amount from {TABLE} where consumer_id = 'BU1' "
            f"and scenario = 'actual' and fiscal_period = '{FEBRUARY}'"
        ).fetchall()
    assert sorted(changes) == [(Decimal(50), Decimal(55)), (Decimal(70), Decimal(50))]


def test_closed_periods_can_be_kept(workspace: Workspace) -> None:
    (workspace.path / "workspace.yml").write_text(
        "company: Test\nclosed_periods: keep\n", encoding="utf-8"
    )
    keeping = load_workspace(workspace.path)
    build(keeping, changed(("actual", "current", FEBRUARY, "BU1", 60)))
    publish(keeping, "an open period may change")
    before = restated(keeping)
    moved = ("actual", "current", JANUARY, "BU1", 50)
    build(keeping, changed(("actual", "current", FEBRUARY, "BU1", 60), moved))
    with pytest.raises(
        PublishError,
        match=r"actual 2025-01-01, closed: 2 bills, 10.00 moved, most -10\.00 on BU1 for S",
    ) as told:
        publish(keeping, "third")
    assert "--restate" in str(told.value)
    assert restated(keeping) == before
    publish(keeping, "third", restate=True)
    assert [row[6] for row in restated(keeping) if row[1] == JANUARY] == [-10, 10]
    # who opens a period says that it may change, and who closes one that it may not
    moved = ("actual", "current", JANUARY, "BU1", 45)
    build(keeping, changed(moved), closed_through=FEBRUARY)
    with pytest.raises(PublishError, match=r"actual 2025-02-01, closed(.|\n)*2025-01-01, closed"):
        publish(keeping, "fourth")
    build(keeping, changed(moved), closed_through="2024-12-01")
    publish(keeping, "fourth")
    assert len(restated(keeping)) > len(before)


def test_a_warehouse_that_another_program_holds_is_compared(workspace: Workspace) -> None:
    build(workspace, changed(("actual", "current", FEBRUARY, "BU1", 60)))
    with held_by_a_writer(workspace.published_database):
        publish(workspace, "second")
    assert [row[3] for row in restated(workspace)] == ["BU1", "UNALLOCATED"]
    assert list(workspace.path.glob("*.held")) == []


def test_a_warehouse_of_another_shape_restates_nothing(workspace: Workspace) -> None:
    with duckdb.connect(str(workspace.published_database)) as connection:
        connection.execute("drop table core.fct_input_versions")
        connection.execute(f"drop table {TABLE}")
    build(workspace, changed(("actual", "current", FEBRUARY, "BU1", 60)))
    publish(workspace, "second")
    assert restated(workspace) == []
