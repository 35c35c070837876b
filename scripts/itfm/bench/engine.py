"""dbt as users run it, measured: time of every model, time around them, and peak memory."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from itfm.bench.inputs import TEXTS
from itfm.contract import project_folder
from itfm.errors import UserError
from itfm.process import Child, python_module
from itfm.trace.follow import Selection
from itfm.trace.follow import trace as follow
from itfm.trace.warehouse import Warehouse
from itfm.workspace import Workspace

ALLOCATION = "path:models/allocation"
PREPARING = ["--select", f"+{ALLOCATION}", "+rec_rejected_rows", "--exclude", ALLOCATION]
WITHOUT_TESTS = ["--exclude-resource-type", "test", "unit_test"]
THREADS = 2  # as in profiles.yml
SHOWN_LINES = 20

# The least that any allocation has to read: lines by what rules can see, and all drivers.
SCANS = {
    "ledger": f"""
        create or replace temp table scanned as
        select fiscal_period, {", ".join(TEXTS)}, amount < 0 as is_credit,
            sum(amount) as amount, count(*) as line_count
        from core.fct_ledger_lines group by all
    """,
    "drivers": """
        create or replace temp table scanned_drivers as
        select driver_id, driver_date, count(*) as value_count, sum(quantity) as quantity
        from input_layer.input_consumption__drivers group by all
        union all
        select service_id, usage_date, count(*), sum(quantity)
        from input_layer.input_consumption__service_usage group by all
    """,
}

# The models that do what the other tools do, by step. Flows are views: the models that sum them up
# pay for them, and consumer flows are read once to be counted.
WATERFALL = {
    "buckets": ("alloc_cost_buckets", "alloc_classified_buckets", "alloc_pool_senders"),
    "pool flows": ("alloc_tower_senders",),
    "network": (
        "alloc_layer_edges",
        "alloc_layer_exits",
        "alloc_networked_objects",
        "alloc_network_edges",
        "alloc_path_entries",
        "alloc_path_starts",
        "alloc_path_walks",
        "alloc_moving_places",
        "alloc_circle_members",
        "alloc_circle_passes",
        "alloc_circle_walks",
        "alloc_path_visits",
        "alloc_paths",
    ),
    "tower flows": ("alloc_solution_senders",),
    "consumer flows": (),
}
CONSUMER_FLOWS = "create or replace temp table flows as from allocation.alloc_consumer_flows"

# The largest cell of the last month's bills, and a line of that month.
LARGEST_CELL = """
    select fiscal_period, to_id as consumer_id, service_id
    from allocation.alloc_consumer_flows
    where scenario = 'actual' and rule_set = 'current' and reason_code is null
        and fiscal_period = (select max(fiscal_period) from core.fct_ledger_lines)
    group by all order by sum(amount_minor) desc, 2, 3 limit 1
"""
A_LINE = "select min(line_id) as line_id from core.fct_ledger_lines where fiscal_period = $period"
TRACED = "path:models/marts/trace"


class MeasuredChild(Child):
    """A child process that knows, when it has ended, how much memory it held at most."""

    peak_bytes = 0

    def wait(self) -> int:
        """Wait until it ends, return its exit code and keep its peak memory."""
        if self._process.returncode is None:
            _, status, usage = os.wait4(self._process.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            self.peak_bytes = usage.ru_maxrss * 1024
        return self._process.returncode


@dataclass
class DbtRun:
    """One dbt command: seconds of each model, of all together, of the process; peak memory."""

    process_seconds: float = 0.0
    wall_seconds: float = 0.0  # from the start of the first model to the end of the last
    peak_bytes: int = 0
    models: dict[str, float] = field(default_factory=dict)

    @property
    def model_seconds(self) -> float:
        """Return the seconds of all models added up; models that ran side by side count each."""
        return sum(self.models.values())


def run_dbt(
    arguments: Sequence[str], workspace: Workspace, tell: Callable[[str], None] = lambda _: None
) -> DbtRun:
    """Run a dbt command on the work database and measure it; an error when a model failed."""
    project, target = project_folder(), workspace.build_folder / "target"
    results_file = target / "run_results.json"
    results_file.unlink(missing_ok=True)
    command = python_module("dbt.cli.main", *arguments)
    command += ["--project-dir", str(project), "--profiles-dir", str(project)]
    command += ["--target-path", str(target), "--log-path", str(workspace.build_folder / "logs")]
    command += ["--log-format", "json", "--log-level", "info", "--log-level-file", "none"]
    command += ["--no-use-colors"]
    run = DbtRun()
    messages: list[str] = []
    started = time.perf_counter()
    environment = {"ITFM_WORKSPACE": str(workspace.path)}
    with MeasuredChild(command, cwd=project, env=environment) as child:
        for line in child.lines():
            message = _message(line)
            messages.append(message)
            tell(message)
        exit_code = child.wait()
        run.peak_bytes = child.peak_bytes
    run.process_seconds = time.perf_counter() - started
    if exit_code != 0 or not results_file.is_file():
        raise UserError("dbt failed:\n" + "\n".join(messages[-30:]))
    _read_times(run, results_file)
    return run


def prepare(workspace: Workspace, tell: Callable[[str], None] = lambda _: None) -> DbtRun:
    """Load the files and build everything that the allocation reads."""
    (workspace.build_folder / "target").mkdir(parents=True, exist_ok=True)
    return run_dbt(["build", *PREPARING, *WITHOUT_TESTS], workspace, tell)


def allocate(
    workspace: Workspace, tell: Callable[[str], None] = lambda _: None, *, full: bool = True
) -> DbtRun:
    """Build the models of the allocation, from nothing when `full`; check that no rule is wrong."""
    refresh = ["--full-refresh"] if full else []
    run = run_dbt(["run", "--select", ALLOCATION, *refresh], workspace, tell)
    with duckdb.connect(str(workspace.work_database), read_only=True) as connection:
        faults = connection.execute(
            "select message from allocation.alloc_rule_faults where severity = 'error'"
        ).fetchall()
    if faults:
        raise UserError(f"The cost model of the benchmark is wrong: {faults[0][0]}")
    return run


def scan(database: Path) -> dict[str, float]:
    """Return the seconds of scanning the inputs once, in the same database from a fresh start."""
    seconds = {}
    for name, query in SCANS.items():
        with duckdb.connect(str(database), read_only=True) as connection:
            connection.execute(f"set threads = {THREADS}")
            connection.execute("set preserve_insertion_order = false")
            started = time.perf_counter()
            connection.execute(query)
            seconds[name] = time.perf_counter() - started
    return seconds


def waterfall(database: Path, run: DbtRun) -> dict[str, float]:
    """Return the seconds of the waterfall's models by step, and of reading its last flows."""
    seconds = {
        step: sum(run.models[model] for model in models) for step, models in WATERFALL.items()
    }
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"set threads = {THREADS}")
        connection.execute("set preserve_insertion_order = false")
        started = time.perf_counter()
        connection.execute(CONSUMER_FLOWS)
        seconds["consumer flows"] += time.perf_counter() - started
    return seconds


def trace(
    workspace: Workspace, tell: Callable[[str], None] = lambda _: None
) -> list[dict[str, Any]]:
    """Return the seconds of `itfm trace` for a cell and a line: the first and the next time."""
    run_dbt(["run", "--select", TRACED], workspace, tell)
    with Warehouse(workspace.path, work=True) as warehouse:
        cell = warehouse.rows(LARGEST_CELL)[0]
        period = cell["fiscal_period"]
        line_id = warehouse.rows(A_LINE, period=period)[0]["line_id"]
    found = []
    for what, selection in (
        (
            "a cell of the bill back to its lines",
            Selection(cell["consumer_id"], cell["service_id"], period=str(period)),
        ),
        ("a line forward to who pays", Selection(line=line_id)),
    ):
        with Warehouse(workspace.path, work=True) as warehouse:
            warehouse.connection.execute(f"set threads = {THREADS}")
            seconds = []
            for _ in range(2):
                started = time.perf_counter()
                traced = follow(warehouse, selection, SHOWN_LINES)
                seconds.append(time.perf_counter() - started)
        found.append(
            {
                "what": what,
                "lines": len(traced["lines"]) + traced["more_lines"]["count"]
                if "lines" in traced
                else 1,
                "consumers": len({row["receiver"] for row in traced.get("receivers", [])}) or 1,
                "first_seconds": seconds[0],
                "next_seconds": seconds[1],
            }
        )
    return found


def count_incremental(workspace: Workspace) -> int:
    """Return how many models of the allocation keep what earlier runs made."""
    manifest = workspace.build_folder / "target" / "manifest.json"
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return sum(
        node["original_file_path"].startswith("models/allocation/")
        and node["config"]["materialized"] == "incremental"
        for node in nodes
        if node["resource_type"] == "model"
    )


def _message(line: str) -> str:
    try:
        return str(json.loads(line)["info"]["msg"])
    except (ValueError, KeyError, TypeError):
        return line


def _read_times(run: DbtRun, results_file: Path) -> None:
    first: list[datetime] = []
    last: list[datetime] = []
    for entry in json.loads(results_file.read_text(encoding="utf-8"))["results"]:
        times = {timing["name"]: timing for timing in entry["timing"]}
        if "execute" not in times:
            continue
        begun, ended = (
            datetime.fromisoformat(times["execute"][name].replace("Z", "+00:00"))
            for name in ("started_at", "completed_at")
        )
        run.models[entry["unique_id"].split(".")[-1]] = (ended - begun).total_seconds()
        first.append(begun)
        last.append(ended)
    if first:
        run.wall_seconds = (max(last) - min(first)).total_seconds()
