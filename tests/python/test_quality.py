"""Great Expectations: what is expected, how it is judged, what a person gets to read."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from itfm.contract import Column, Contract, Table, load_contract
from itfm.errors import UserError
from itfm.quality import report, results
from itfm.quality.__main__ import main
from itfm.quality.checks import (
    BLOCKING,
    CONTRACT,
    DOOR,
    MARTS,
    WARNING,
    Check,
    Outcome,
    all_checks,
    contract_checks,
    door_checks,
    mart_checks,
)
from itfm.quality.runner import run
from itfm.workspace import Workspace


def column(name: str, required: bool = False, unit: str = "", **more: object) -> Column:
    return Column(name, "varchar", "", unit, required, **more)  # type: ignore[arg-type]


LINES = Table(
    domain="ledger",
    name="journal_lines",
    description="",
    grain="",
    feeds="",
    key=("line_id",),
    amount_column="amount",
    columns=(
        column("line_id", required=True, unit="identifier"),
        column("expense_type", allowed_values=("OpEx", "CapEx")),
        column("currency_code", unit="ISO 4217"),
        column("amount", required=True, minimum=0),
        column("rate", above=0),
    ),
)
RISKS = Table("risk", "risks", "", "", "", ("risk_id",), None, (column("risk_id", True),))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with faults that each kind of expectation must find."""
    path = tmp_path_factory.mktemp("quality") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            create schema landing;
            create schema input_layer;
            create table landing.files as
                select 'ledger' as domain, 'journal_lines' as table_name;
            create table landing.malformed_rows as
                select 'ledger' as domain, 'journal_lines' as table_name, 'a.csv' as file_name,
                    9 as line_number, 'malformed_row' as reason_code;
            create table landing.ledger__journal_lines as
                select * from (values
                    ('1', 'opex', 'EUR', '10', 'a.csv', 2),
                    (' ', 'Opex ', 'EUR', '10', 'a.csv', 3),
                    ('3', 'mixed', 'EUR', null, 'a.csv', 4)
                ) as lines (line_id, expense_type, currency_code, amount, file_name, line_number);
            create table input_layer.input_ledger__journal_lines as
                select * from (values
                    ('1', 'OpEx', 'EUR', cast(10 as decimal(38, 12)), 1, 'a.csv', 2),
                    ('1', 'mixed', 'Euro', -0.01, 0, 'a.csv', 3),
                    (' 3', null, null, null, 1, 'a.csv', 4)
                ) as lines (
                    line_id, expense_type, currency_code, amount, rate, file_name, line_number
                );
            """
        )
    return path


@pytest.fixture(scope="module")
def outcomes(database: Path) -> list[Outcome]:
    """Judge the database by what the contract of journal_lines promises."""
    missing = Check(MARTS, "marts.not_there", "ExpectTableRowCountToBeBetween", {}, "It is there.")
    broken = Check(
        CONTRACT,
        "input_layer.input_ledger__journal_lines",
        "UnexpectedRowsExpectation",
        {"unexpected_rows_query": "select no_such_column from {batch}"},
        "It can be evaluated.",
    )
    checks = [*door_checks(LINES), *contract_checks(LINES), missing, broken]
    return list(run(checks, database))


def missed(outcomes: list[Outcome], stage: str) -> dict[str, Outcome]:
    return {
        outcome.check.description: outcome
        for outcome in outcomes
        if outcome.check.stage == stage and not outcome.success
    }


def test_the_door_warns_of_what_will_be_rejected(outcomes: list[Outcome]) -> None:
    found = missed(outcomes, DOOR)
    assert set(found) == {
        "line_id is filled in every row.",
        "amount is filled in every row.",
        "expense_type is one of OpEx, CapEx.",
        "Every record of ledger.journal_lines can be cut into its columns.",
    }
    assert all(outcome.check.severity == WARNING for outcome in found.values())
    codes = found["expense_type is one of OpEx, CapEx."]
    assert codes.unexpected_count == 1
    assert "expense_type=mixed" in codes.examples[0]
    assert "line_number=4" in codes.examples[0]


def test_the_contract_blocks(outcomes: list[Outcome]) -> None:
    found = missed(outcomes, CONTRACT)
    assert set(found) == {
        "amount is never null.",
        "amount is at least 0.",
        "rate is above 0.",
        "expense_type is one of OpEx, CapEx.",
        "currency_code has the form of an ISO 4217 code.",
        "Identifiers are not empty and carry no blanks around them.",
        "line_id identifies a row.",
        "It can be evaluated.",
    }
    warned = {name for name, outcome in found.items() if not outcome.blocks}
    assert warned == {"currency_code has the form of an ISO 4217 code."}
    assert found["line_id identifies a row."].examples == ("line_id=1, times=2",)


def test_what_cannot_be_evaluated_fails_and_says_why(outcomes: list[Outcome]) -> None:
    broken = missed(outcomes, CONTRACT)["It can be evaluated."]
    assert broken.blocks
    assert "no_such_column" in str(broken.error)
    missing = missed(outcomes, MARTS)["It is there."]
    assert missing.blocks
    assert "marts" in str(missing.error)


def test_the_database_can_be_written_right_after(database: Path, outcomes: list[Outcome]) -> None:
    results.write(database, outcomes)
    results.write(database, outcomes)
    with duckdb.connect(str(database)) as connection:
        rows = connection.execute(
            f"select count(*), count(*) filter (where not success) from {results.TABLE}"
        ).fetchone()
        examples = connection.execute(
            f"select examples from {results.TABLE} where unexpected_count > 0 limit 1"
        ).fetchone()
    assert rows == (len(outcomes), sum(not outcome.success for outcome in outcomes))
    assert examples is not None
    assert json.loads(examples[0])


def test_the_report_opens_alone_and_escapes(tmp_path: Path) -> None:
    check = Check(MARTS, "marts.<b>", "X", {}, "a < b & c", BLOCKING, what_to_do="<do>")
    warned = Check(DOOR, "landing.a", "X", {}, "expected", WARNING)
    met = Check(CONTRACT, "input_layer.a", "X", {}, "expected")
    outcomes = [
        Outcome(check, False, "3", 3, ("<script>alert(1)</script>",), "<error>"),
        Outcome(warned, False),
        Outcome(met, True),
    ]
    page = tmp_path / "reports/quality.html"
    report.write(page, 'A "Company" <x>', outcomes)
    text = page.read_text(encoding="utf-8")
    for raw in ("<script", "<b>", "<error>", "<do>", "<x>", "http:", "https:", "src=", "@import"):
        assert raw not in text, raw
    assert "a &lt; b &amp; c" in text
    assert "1 blocking expectations are not met" in text
    assert [report.state(outcome) for outcome in outcomes] == ["failed", "warning", "met"]


def test_only_what_was_delivered_is_expected() -> None:
    contract = Contract((LINES, RISKS))
    tables = {check.table for check in all_checks(contract, [])}
    assert "landing.ledger__journal_lines" in tables
    assert "landing.risk__risks" not in tables
    tables = {check.table for check in all_checks(contract, ["risk.risks"])}
    assert "landing.risk__risks" in tables


def test_an_empty_ledger_blocks_and_another_empty_file_warns() -> None:
    assert next(iter(door_checks(LINES))).severity == BLOCKING
    assert next(iter(door_checks(RISKS))).severity == WARNING


def test_every_table_of_the_contract_has_expectations() -> None:
    contract = load_contract()
    checks = all_checks(contract, contract.table_names)
    for table in contract.tables:
        for name in (f"landing.{table.relation}", f"input_layer.input_{table.relation}"):
            assert any(check.table == name for check in checks), name
    assert all(check.description.endswith(".") for check in checks)


def test_the_marts_file_says_what_each_expectation_means(tmp_path: Path) -> None:
    assert all(check.stage == MARTS and check.description for check in mart_checks())
    file = tmp_path / "marts.yml"
    file.write_text("marts.a:\n  - rows: select 1\n", encoding="utf-8")
    with pytest.raises(UserError, match="says what it means"):
        mart_checks(file)
    file.write_text("marts.a:\n  - {rows: x, means: y, severity: maybe}\n", encoding="utf-8")
    with pytest.raises(UserError, match="blocking or warning"):
        mart_checks(file)


def test_without_a_work_database_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--workspace", str(tmp_path)]) == 2
    assert "run `itfm build` first" in capsys.readouterr().err


def test_the_demo_company_meets_every_blocking_expectation(demo_workspace: Workspace) -> None:
    with duckdb.connect(str(demo_workspace.published_database), read_only=True) as connection:
        stages = connection.execute(
            f"select stage, count(*), count(*) filter (where not success and severity = 'blocking')"
            f" from {results.TABLE} group by stage order by stage"
        ).fetchall()
    assert [stage for stage, _, _ in stages] == [CONTRACT, DOOR, MARTS]
    assert all(count > 10 and failed == 0 for _, count, failed in stages)
    assert (demo_workspace.reports / "quality.html").is_file()
