"""The benchmark: its company passes the engine, and every tool agrees with the engine."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb
import pytest

from itfm.bench import engine, inputs
from itfm.bench.command import check_tools
from itfm.bench.company import SIZES, Company
from itfm.bench.run import Report, compare, machine, row_counts
from itfm.bench.worker import run_tool
from itfm.errors import UserError
from itfm.workspace import Workspace, load_workspace


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Company(tmp_path_factory.mktemp("bench") / "smoke", SIZES["smoke"])
    made.write(2)
    made.hold(2)
    workspace = load_workspace(made.folder)
    engine.prepare(workspace)
    engine.allocate(workspace)
    inputs.export(workspace.work_database, made.folder / "given")
    return workspace


@pytest.mark.parametrize("tool", ["duckdb", "duckdb_parquet", "polars", "pandas"])
def test_a_tool_agrees_with_the_engine(company: Workspace, tool: str) -> None:
    needed = {"pandas": ["pandas", "pyarrow"]}.get(tool, [tool.split("_")[0]])
    if any(importlib.util.find_spec(package) is None for package in needed):
        pytest.skip(f"{tool} needs packages of the group bench")
    given = company.path / "given"
    found = compare(run_tool(tool, given, company.work_database), given)
    assert found["cells"] > 0
    assert found["beyond_rounding"] == 0
    assert found["tool_minor"] == found["engine_minor"]
    assert found["arrived_minor"] == found["ledger_minor"]


def test_traces_add_up_and_are_timed(company: Workspace) -> None:
    back, forward = engine.trace(company)
    assert back["consumers"] == 1
    assert back["lines"] > 1
    assert forward["lines"] == 1
    assert back["first_seconds"] > 0 < forward["next_seconds"]


def test_the_report_shows_what_was_measured(company: Workspace) -> None:
    from dataclasses import asdict

    from itfm.bench.report import markdown

    run = {
        "wall_seconds": 2.0,
        "model_seconds": 3.0,
        "process_seconds": 5.0,
        "peak_bytes": 10**9,
        "models": {"alloc_shares": 1.5},
    }
    report = Report(
        size=asdict(SIZES["smoke"]),
        machine=machine(),
        rows=row_counts(company.work_database),
        engine=[run],
        scans=[{"ledger": 0.4, "drivers": 0.1}],
        traces=[
            {
                "what": "a bill",
                "lines": 30,
                "consumers": 1,
                "first_seconds": 0.9,
                "next_seconds": 0.4,
            }
        ],
        growth=[{"held": 3, "preparing_seconds": 1.0, **run}],
    )
    page = markdown(report)
    assert "| all models of the allocation, first start to last end | 2.00 | 4.0 |" in page
    assert "| alloc_shares | 1.50 |" in page
    assert "| a bill | 30 | 1 | 0.90 | 0.40 |" in page


def test_a_company_filled_into_core_holds_every_line(tmp_path: Path, company: Workspace) -> None:
    made = Company(tmp_path / "smoke", SIZES["smoke"])
    made.write(1)
    made.hold(1, sample=True)
    database = tmp_path / "warehouse.duckdb"
    database.write_bytes(company.work_database.read_bytes())
    made.fill_core(database, 1)
    with duckdb.connect(str(database)) as connection:
        found = connection.execute("select count(*) from core.fct_ledger_lines").fetchone()
    assert found == (SIZES["smoke"].lines // SIZES["smoke"].months,)


def test_an_unknown_tool_is_named() -> None:
    with pytest.raises(UserError, match="abacus"):
        check_tools(("abacus",))
