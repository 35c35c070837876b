"""The benchmark from the files of a made company to the report: all figures from one run."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

from itfm.bench import engine, inputs
from itfm.bench.company import SAMPLE, SIZES, Company, Size
from itfm.bench.engine import DbtRun, MeasuredChild
from itfm.bench.steps import Waterfall
from itfm.errors import UserError
from itfm.process import python_module
from itfm.workspace import load_workspace

TOOLS = ("duckdb", "duckdb_parquet", "polars", "pandas", "postgres")
OTHERS = ("polars", "pandas", "postgres")
HELD = (3, 12, 36)

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What to measure, and how often."""

    size: Size
    folder: Path
    tools: tuple[str, ...] = OTHERS
    repeats: int = 3
    with_growth: bool = True
    quarterly: bool = False
    from_core: bool = False


@dataclass
class Report:
    """Everything that one run measured; times are lists, one entry for each repetition."""

    size: dict[str, Any] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)
    quarterly: bool = False
    sample: int = 0  # the ledger's way through staging was taken by one line of so many
    rows: dict[str, int] = field(default_factory=dict)
    preparing: dict[str, Any] = field(default_factory=dict)
    engine: list[dict[str, Any]] = field(default_factory=list)
    floor: dict[str, Any] = field(default_factory=dict)
    scans: list[dict[str, float]] = field(default_factory=list)
    waterfalls: list[dict[str, float]] = field(default_factory=list)
    tools: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    agreement: dict[str, dict[str, Any]] = field(default_factory=dict)
    traces: list[dict[str, Any]] = field(default_factory=list)
    growth: list[dict[str, Any]] = field(default_factory=list)
    incremental_models: int = 0


def bench(options: Options, tell: Tell) -> Report:
    """Make the company, run everything on it, and return what was measured."""
    size = options.size
    report = Report(size=asdict(size), machine=machine(), quarterly=options.quarterly)
    report.sample = SAMPLE if options.from_core else 0
    company = Company(options.folder / size.name, size, quarterly=options.quarterly)
    held = [months for months in HELD if months < size.months] if options.with_growth else []
    company.write(size.months + options.with_growth, tell)
    for months in held:
        report.growth.append(_one_more_month(company, months, options, tell))
    if size.name != "smoke":
        report.floor = _floor(options.folder, tell)
    _measure_engine(company, options, report, tell)
    _measure_tools(company, options, report, tell)
    if options.with_growth:
        report.growth.append(_one_more_month(company, size.months, options, tell, is_built=True))
    return report


def _measure_engine(company: Company, options: Options, report: Report, tell: Tell) -> None:
    tell(f"{company.size.name}: loading the files and building what the allocation reads")
    report.preparing = _numbers(_prepare(company, company.size.months, options, tell))
    workspace = load_workspace(company.folder)
    for number in range(options.repeats):
        tell(f"allocation {number + 1} of {options.repeats}")
        run = engine.allocate(workspace, tell)
        report.engine.append(_numbers(run))
        report.scans.append(engine.scan(workspace.work_database))
        report.waterfalls.append(engine.waterfall(workspace.work_database, run))
    report.incremental_models = engine.count_incremental(workspace)
    report.rows = row_counts(workspace.work_database)
    tell("tracing a bill and a line")
    report.traces = engine.trace(workspace, tell)


def _measure_tools(company: Company, options: Options, report: Report, tell: Tell) -> None:
    database = load_workspace(company.folder).work_database
    given = company.folder / "given"
    tell("writing what the tools start from")
    inputs.export(database, given)
    wanted = [tool for tool in TOOLS if tool in options.tools or tool.startswith("duckdb")]
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_postgres(given, tell)) if "postgres" in wanted else None
        for number in range(options.repeats):
            for tool in wanted:
                tell(f"waterfall in {tool}, {number + 1} of {options.repeats}")
                if tool == "postgres" and server is not None:
                    done, peak = server(), 0
                else:
                    done, peak = _in_a_process(tool, given, database)
                report.tools.setdefault(tool, []).append(
                    {
                        "seconds": done.seconds,
                        "total": sum(done.seconds.values()),
                        "peak_bytes": peak,
                        "loading_seconds": done.loading_seconds,
                    }
                )
                report.agreement[tool] = compare(done, given)


def _prepare(company: Company, months: int, options: Options, tell: Tell) -> DbtRun:
    """Let the workspace hold these months and build what the allocation reads."""
    company.hold(months, sample=options.from_core)
    workspace = load_workspace(company.folder)
    run = engine.prepare(workspace, tell)
    if options.from_core:
        tell("putting all lines into core.fct_ledger_lines")
        company.fill_core(workspace.work_database, months)
        counted = ["fct_ledger_places", "fct_input_versions"]
        engine.run_dbt(["run", "--select", *counted, "--full-refresh"], workspace, tell)
    return run


def _one_more_month(
    company: Company, months: int, options: Options, tell: Tell, *, is_built: bool = False
) -> dict[str, Any]:
    """Return the engine's time for one month more when this many are held."""
    if not is_built:
        tell(f"{months} months held: building them")
        _prepare(company, months, options, tell)
        engine.allocate(load_workspace(company.folder), tell)
    tell(f"{months} months held: one more")
    preparing = _prepare(company, months + 1, options, tell)
    run = engine.allocate(load_workspace(company.folder), tell, full=False)
    return {"held": months, "preparing_seconds": preparing.wall_seconds, **_numbers(run)}


def _floor(folder: Path, tell: Tell) -> dict[str, Any]:
    """Return the engine's time when there is next to nothing to do: what dbt itself costs."""
    tell("the same models on a company of almost nothing")
    company = Company(folder / "smoke", SIZES["smoke"])
    company.write(company.size.months)
    company.hold(company.size.months)
    workspace = load_workspace(company.folder)
    engine.prepare(workspace)
    runs = [engine.allocate(workspace) for _ in range(3)]
    return _numbers(sorted(runs, key=lambda run: run.wall_seconds)[1])


def _in_a_process(tool: str, given: Path, database: Path) -> tuple[Waterfall, int]:
    with tempfile.TemporaryDirectory() as place:
        output = Path(place) / "done.json"
        arguments = [tool, str(given), str(database), str(output)]
        with MeasuredChild(python_module("itfm.bench.worker", *arguments)) as child:
            lines = list(child.lines())
            code = child.wait()
        if code != 0:
            raise UserError(f"The waterfall in {tool} failed:\n" + "\n".join(lines[-15:]))
        return Waterfall(**json.loads(output.read_text(encoding="utf-8"))), child.peak_bytes


@contextlib.contextmanager
def _postgres(given: Path, tell: Tell) -> Iterator[Callable[[], Waterfall]]:
    from itfm.bench import postgres_waterfall

    tell("starting PostgreSQL and loading its tables")
    with postgres_waterfall.loaded(given) as run:
        yield run


def compare(done: Waterfall, given: Path) -> dict[str, Any]:
    """Compare with the engine: by consumer and period within a cent for each flow; in sum exactly.

    A flow is within a cent of its exact share, so a consumer is within a cent for each flow to it.
    """
    with duckdb.connect() as connection:
        rows = connection.execute(f"from '{given / 'engine_totals.parquet'}'").fetchall()
        ledger = connection.execute(
            f"select cast(sum(amount * 100) as bigint) from '{given / 'lines.parquet'}'"
        ).fetchone()
    expected = {(str(period), to_id): (amount, flows) for period, to_id, amount, flows in rows}
    found = {
        (period[:10], to_id): amount
        for period, layer, to_id, amount in done.arrived
        if layer == "consumer"
    }
    differences = {
        key: abs(found.get(key, 0) - expected.get(key, (0, 0))[0])
        for key in expected.keys() | found.keys()
    }
    return {
        "cells": len(differences),
        "largest_difference_minor": max(differences.values(), default=0),
        "beyond_rounding": sum(
            difference > expected.get(key, (0, 0))[1] for key, difference in differences.items()
        ),
        "engine_minor": sum(amount for amount, _ in expected.values()),
        "tool_minor": sum(found.values()),
        "ledger_minor": ledger[0] if ledger else 0,
        "arrived_minor": sum(amount for *_, amount in done.arrived),
    }


def row_counts(database: Path) -> dict[str, int]:
    """Return how many rows the inputs and every model of the allocation have."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name = 'allocation' or table_name in ('fct_ledger_lines', "
            "'input_consumption__drivers', 'input_consumption__service_usage') order by all"
        ).fetchall()
        return {
            name.split(".")[1]: connection.execute(f"select count(*) from {name}").fetchall()[0][0]
            for (name,) in tables
        }


def machine() -> dict[str, Any]:
    """Return what a reader needs to know of the machine and the versions."""
    names = ("duckdb", "dbt-core", "dbt-duckdb", "polars", "pandas", "numpy", "psycopg")
    versions = {}
    for name in names:
        with contextlib.suppress(PackageNotFoundError):
            versions[name] = version(name)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9),
        "processor": _processor(),
        "versions": versions,
    }


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    return "unknown"


def _numbers(run: DbtRun) -> dict[str, Any]:
    return {**asdict(run), "model_seconds": run.model_seconds}


def median(values: Sequence[float]) -> float:
    """Return the median; 0 of nothing."""
    return statistics.median(values) if values else 0.0
