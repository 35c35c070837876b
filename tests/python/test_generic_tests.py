"""Each generic test passes on data that is right and fails on data that is wrong.

A small dbt project is written next to a copy of `tests/generic` and built once. Every case below is
one relation with one test on it; what a failing test found is read back from its stored failures.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]

# Relations that other relations are compared with.
OTHERS = {
    "ledger": """
        select * from (values
            ('A', 1, cast(10.00 as decimal(18, 2))),
            ('A', 2, 5.25),
            ('B', 3, -5.25),
            (null, 4, 1.00)
        ) as rows_of_it (unit, line, amount)
    """,
    "rejected": "select * from (values (4)) as rows_of_it (line)",
}


@dataclass(frozen=True)
class Case:
    """One relation, one test on it, and the rows that the test must find (none: it passes)."""

    name: str
    test: str
    sql: str
    arguments: dict[str, Any] = field(default_factory=dict)
    column: str | None = None
    where: str | None = None
    found: list[dict[str, Any]] = field(default_factory=list)


def values(columns: str, *rows: str) -> str:
    """Spell a relation of literal rows."""
    listed = ", ".join(f"({row})" for row in rows)
    return f"select * from (values {listed}) as rows_of_it ({columns})"


BY_UNIT = {"to": "ref('ledger')", "by": ["unit"]}
RANGES = {"starts": "a", "ends": "b", "by": ["k"]}

CASES = [
    # unique_combination
    Case(
        "pairs_that_differ",
        "unique_combination",
        values("a, b", "1, 1", "1, 2", "2, 1", "null, 1"),
        {"columns": ["a", "b"]},
    ),
    Case(
        "a_pair_that_repeats",
        "unique_combination",
        values("a, b", "1, 1", "1, 1", "1, 2"),
        {"columns": ["a", "b"]},
        found=[{"a": 1, "b": 1, "row_count": 2}],
    ),
    Case(
        "a_null_that_repeats",
        "unique_combination",
        values("a, b", "1, null", "1, null", "1, 2"),
        {"columns": ["a", "b"]},
        found=[{"a": 1, "b": None, "row_count": 2}],
    ),
    # not_empty
    Case("one_row", "not_empty", "select 1 as a"),
    Case("no_row", "not_empty", "select 1 as a where false", found=[{"row_count": 0}]),
    Case("no_row_of_a_kind", "not_empty", "select 1 as a", where="a = 2", found=[{"row_count": 0}]),
    # accepted_range
    Case(
        "within_the_ends_or_null",
        "accepted_range",
        values("a", "0", "1", "0.5", "null"),
        {"min_value": 0, "max_value": 1},
        column="a",
    ),
    Case(
        "beyond_either_end",
        "accepted_range",
        values("k, a", "1, -0.01", "2, 0", "3, 1.01"),
        {"min_value": 0, "max_value": 1},
        column="a",
        found=[{"k": 1}, {"k": 3}],
    ),
    Case(
        "below_the_only_end",
        "accepted_range",
        values("k, a", "1, -1", "2, 1000000"),
        {"min_value": 0},
        column="a",
        found=[{"k": 1}],
    ),
    Case(
        "on_an_end_that_is_excluded",
        "accepted_range",
        values("k, a", "1, 0", "2, 0.1"),
        {"min_value": 0, "ends_included": False},
        column="a",
        found=[{"k": 1}],
    ),
    Case(
        "after_a_date",
        "accepted_range",
        values("k, a", "1, date '2025-01-31'", "2, date '2025-02-01'"),
        {"max_value": "date '2025-01-31'"},
        column="a",
        found=[{"k": 2}],
    ),
    # sums_match
    Case(
        "sums_equal_by_unit",
        "sums_match",
        values("unit, amount", "'A', 15.25", "'B', -5.25", "null, 1.00"),
        BY_UNIT,
        column="amount",
    ),
    Case(
        "total_equal_but_moved",
        "sums_match",
        values("unit, amount", "'A', 15.24", "'B', -5.24", "null, 1.00"),
        BY_UNIT,
        column="amount",
        found=[{"unit": "A", "difference": -0.01}, {"unit": "B", "difference": 0.01}],
    ),
    Case(
        "a_unit_that_is_missing",
        "sums_match",
        values("unit, amount", "'A', 15.25", "'B', -5.25"),
        BY_UNIT,
        column="amount",
        found=[{"unit": None, "this_sum": 0, "other_sum": 1, "difference": -1}],
    ),
    Case(
        "grand_total_of_another_column",
        "sums_match",
        values("cost", "11.00"),
        {"to": "ref('ledger')", "to_column": "amount"},
        column="cost",
    ),
    Case(
        "grand_total_of_nothing",
        "sums_match",
        "select 1.00 as amount where false",
        {"to": "ref('ledger')"},
        column="amount",
        found=[{"this_sum": 0, "other_sum": 11, "difference": -11}],
    ),
    Case(
        "total_of_some_rows",
        "sums_match",
        values("amount", "15.25"),
        {"to": "ref('ledger')", "to_where": "unit = 'A'"},
        column="amount",
    ),
    Case(
        "within_the_tolerance",
        "sums_match",
        values("amount", "11.01"),
        {"to": "ref('ledger')", "tolerance": 0.01},
        column="amount",
    ),
    # shares_sum_to_one
    Case(
        "shares_that_add_up",
        "shares_sum_to_one",
        values("k, share", "'x', 0.3", "'x', 0.7", "'y', 1.0"),
        {"by": ["k"]},
        column="share",
    ),
    Case(
        "shares_that_do_not",
        "shares_sum_to_one",
        values("k, share", "'x', 0.3", "'x', 0.69", "'y', 1.0", "'z', 0.0"),
        {"by": ["k"]},
        column="share",
        found=[{"k": "x", "share_sum": 0.99, "share_count": 2}, {"k": "z", "share_sum": 0}],
    ),
    Case(
        "shares_with_a_null_or_a_negative",
        "shares_sum_to_one",
        values("k, share", "'x', 1.0", "'x', null", "'y', 1.5", "'y', -0.5"),
        {"by": ["k"]},
        column="share",
        found=[{"k": "x", "unusable_share_count": 1}, {"k": "y", "unusable_share_count": 1}],
    ),
    Case(
        "shares_in_doubles",
        "shares_sum_to_one",
        "select 'x' as k, cast(1 as double) / 3 as share from range(3)",
        {"by": ["k"], "tolerance": 1e-12},
        column="share",
    ),
    # no_rows_lost
    Case(
        "every_line_and_one_more",
        "no_rows_lost",
        values("line", "1", "2", "3", "4", "5"),
        {"rows_of": "ref('ledger')", "keys": ["line"]},
    ),
    Case(
        "a_line_dropped",
        "no_rows_lost",
        values("line", "1", "2", "4"),
        {"rows_of": "ref('ledger')", "keys": ["line"]},
        found=[{"line": 3, "rows_before": 1, "rows_after": 0}],
    ),
    Case(
        "a_line_of_a_null_unit_dropped",
        "no_rows_lost",
        values("unit, line", "'A', 1", "'A', 2", "'B', 3"),
        {"rows_of": "ref('ledger')", "keys": ["unit"]},
        found=[{"unit": None, "rows_before": 1, "rows_after": 0}],
    ),
    Case(
        "a_line_rejected",
        "no_rows_lost",
        values("line", "1", "2", "3"),
        {"rows_of": "ref('ledger')", "keys": ["line"], "or_in": ["ref('rejected')"]},
    ),
    Case(
        "a_line_multiplied",
        "no_rows_lost",
        values("line", "1", "2", "2", "3", "4"),
        {"rows_of": "ref('ledger')", "keys": ["line"], "none_added": True},
        found=[{"line": 2, "rows_before": 1, "rows_after": 2}],
    ),
    # no_overlapping_ranges
    Case(
        "ranges_that_touch",
        "no_overlapping_ranges",
        values("k, a, b", "1, 0.0, 0.5", "1, 0.5, 0.5", "1, 0.5, 1.0", "2, 0.2, null"),
        RANGES,
    ),
    Case(
        "ranges_that_touch_with_the_end_included",
        "no_overlapping_ranges",
        values("k, a, b", "1, 1, 5", "1, 5, 9", "2, 1, 5", "2, 6, 9"),
        {**RANGES, "end_included": True},
        found=[{"k": 1, "a": 5, "latest_end_before": 5, "fault": "overlaps"}],
    ),
    Case(
        "a_range_inside_an_earlier_one",
        "no_overlapping_ranges",
        values("k, a, b", "1, 1, 9", "1, 2, 3", "1, 4, 5"),
        RANGES,
        found=[{"a": 2, "fault": "overlaps"}, {"a": 4, "fault": "overlaps"}],
    ),
    Case(
        "a_range_after_an_open_one",
        "no_overlapping_ranges",
        values("k, a, b", "1, 1, null", "1, 2, 3", "2, null, null", "2, null, 4"),
        RANGES,
        found=[{"k": 1, "a": 2, "fault": "overlaps"}, {"k": 2, "fault": "overlaps"}],
    ),
    Case(
        "a_range_that_ends_before_it_starts",
        "no_overlapping_ranges",
        values("a, b", "date '2025-02-01', date '2025-01-01'"),
        {"starts": "a", "ends": "b"},
        found=[{"fault": "ends before it starts"}],
    ),
]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]] | None]:
    """Build the small project once; per case the rows found, or nothing where the test passed."""
    project = tmp_path_factory.mktemp("generic_tests")
    write_project(project)
    # dbt runs as a subprocess: in process it would keep the database file locked.
    dbt = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
    run = subprocess.run(
        [*dbt, "build", "--quiet", "--project-dir", ".", "--profiles-dir", "."],
        capture_output=True,
        text=True,
        cwd=project,
    )
    results = project / "target" / "run_results.json"
    assert results.exists(), run.stdout + run.stderr
    status = {
        result["unique_id"].split(".")[2]: result["status"]
        for result in json.loads(results.read_text())["results"]
        if result["unique_id"].startswith("test.")
    }
    broken = {name: state for name, state in status.items() if state not in {"pass", "fail"}}
    assert not broken, f"{broken}\n{run.stdout}"
    found: dict[str, list[dict[str, Any]] | None] = {}
    with duckdb.connect(str(project / "small.duckdb"), read_only=True) as database:
        for name, state in status.items():
            rows = database.sql(f"select * from failures.{name}") if state == "fail" else None
            found[name] = rows and [
                dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()
            ]
    return found


def write_project(project: Path) -> None:
    """Write a dbt project of literal relations that uses the repository's generic tests."""
    shutil.copytree(REPOSITORY / "tests" / "generic", project / "tests" / "generic")
    models = project / "models"
    models.mkdir()
    for name, sql in OTHERS.items():
        (models / f"{name}.sql").write_text(sql)
    entries = []
    for case in CASES:
        (models / f"{case.name}.sql").write_text(case.sql)
        config = {"where": case.where} if case.where else {}
        settings = {"name": f"on_{case.name}", "arguments": case.arguments, "config": config}
        tests = [{case.test: settings}]
        entry: dict[str, Any] = {"name": case.name}
        if case.column:
            entry["columns"] = [{"name": case.column, "data_tests": tests}]
        else:
            entry["data_tests"] = tests
        entries.append(entry)
    write_yaml(models / "models.yml", {"version": 2, "models": entries})
    write_yaml(
        project / "dbt_project.yml",
        {
            "name": "small",
            "version": "1.0.0",
            "profile": "small",
            "flags": {"send_anonymous_usage_stats": False},
            "models": {"small": {"+materialized": "view"}},
            "data_tests": {"+store_failures": True, "+schema": "failures"},
        },
    )
    # The plain schema name, as in the project itself.
    (project / "macros").mkdir()
    (project / "macros" / "generate_schema_name.sql").write_text(
        "{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}"
    )
    output = {"type": "duckdb", "path": str(project / "small.duckdb"), "threads": 1}
    profile = {"target": "small", "outputs": {"small": output}}
    write_yaml(project / "profiles.yml", {"small": profile})


def write_yaml(path: Path, content: dict[str, Any]) -> None:
    """Write one YAML file."""
    path.write_text(yaml.safe_dump(content, sort_keys=False))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.test}-{case.name}")
def test_generic_test_finds_what_is_wrong_and_nothing_else(
    case: Case, outcomes: dict[str, list[dict[str, Any]] | None]
) -> None:
    found = outcomes[f"on_{case.name}"]
    if not case.found:
        assert found is None
        return
    assert found is not None, "the test passed on data that is wrong"
    assert len(found) == len(case.found), found
    for expected in case.found:
        assert any(covers(row, expected) for row in found), (expected, found)


def covers(row: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Tell whether a failing row holds the expected values, numbers compared to nine decimals."""
    for name, value in expected.items():
        actual = row[name]
        same = actual == value
        if isinstance(value, int | float) and actual is not None:
            same = abs(float(actual) - value) < 1e-9
        if not same:
            return False
    return True


def test_every_generic_test_is_proven_both_ways() -> None:
    written = {path.stem for path in (REPOSITORY / "tests" / "generic").glob("*.sql")}
    assert {case.test for case in CASES if case.found} == written
    assert {case.test for case in CASES if not case.found} == written


def test_every_generic_test_says_what_a_failure_means() -> None:
    for path in (REPOSITORY / "tests" / "generic").glob("*.sql"):
        header = path.read_text().split("{% test")[0]
        for heading in ("-- asserts:", "-- arguments:", "-- a failure means:", "-- failing rows:"):
            assert heading in header, f"{path.name} lacks {heading}"
