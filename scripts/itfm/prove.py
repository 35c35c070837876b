"""Everything that proves the project, step by step, and a table of what ran at the end."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console

from itfm.build import write_demo_inputs
from itfm.contract import project_folder
from itfm.errors import UserError
from itfm.process import Child, Stopped, python_module, stop_on_signals
from itfm.progress import console
from itfm.workspace import load_workspace

TEST_WORKSPACE = "workspaces/.test"
TEST_WORKSPACE_VARIABLE = "ITFM_TEST_WORKSPACE"
LEDGER_LINES = 5_000
CLOUD_ROWS = 3_000
CODE = ("scripts", "tests/python")
WORKERS = min(4, os.cpu_count() or 1)  # a file of tests stays in one process
SQL = ("models", "tests", "analyses")


@dataclass(frozen=True)
class Step:
    """One thing to run: its name, the group it is asked for by, and how it is run."""

    name: str
    group: str
    run: Callable[[Path, Console], tuple[bool, str]]


@dataclass(frozen=True)
class Result:
    """What became of a step."""

    name: str
    passed: bool
    text: str
    seconds: float


def prove(only: Sequence[str] = (), out: Console | None = None) -> int:
    """Run every step, or those of the groups in `only`; return 0 when all passed."""
    shown = out or console()
    groups = list(dict.fromkeys(step.group for step in STEPS))
    if unknown := sorted(set(only) - set(groups)):
        raise UserError(
            f"there is no step {', '.join(unknown)}; the steps are {', '.join(groups)}."
        )
    project = project_folder()
    os.environ[TEST_WORKSPACE_VARIABLE] = str(project / TEST_WORKSPACE)
    results = []
    try:
        with stop_on_signals():
            for step in STEPS:
                if not only or step.group in only:
                    results.append(_run(step, project, shown))
    except Stopped as stopped:
        shown.print(f"Stopped ({stopped}).", markup=False)
        return stopped.exit_code
    _show(results, shown)
    return 0 if all(result.passed for result in results) else 1


def _run(step: Step, project: Path, out: Console) -> Result:
    out.print(f"\n== {step.name}", style="bold", markup=False)
    started = time.monotonic()
    passed, text = step.run(project, out)
    return Result(step.name, passed, text, time.monotonic() - started)


def _show(results: Sequence[Result], out: Console) -> None:
    name = max(len(result.name) for result in results)
    out.print(f"\n{'step':{name}}  result  seconds  what", style="bold", markup=False)
    for result in results:
        state = "passed" if result.passed else "FAILED"
        line = f"{result.name:{name}}  {state}  {result.seconds:7.1f}  {result.text}"
        out.print(line, style=None if result.passed else "red", markup=False)
    passed = sum(result.passed for result in results)
    out.print(f"\n{passed} steps passed, {len(results) - passed} failed", markup=False)


def _command(
    command: Sequence[str], project: Path, out: Console, env: dict[str, str] | None = None
) -> tuple[bool, list[str]]:
    """Run a command, show its lines as they come, and return whether it passed, and the lines."""
    lines = []
    with Child(command, cwd=project, env=env) as child:
        for line in child.lines():
            lines.append(line)
            out.print(line, markup=False)
        return child.wait() == 0, lines


def _last(lines: Sequence[str]) -> str:
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


# steps ------------------------------------------------------------------------------------


def _ruff_check(project: Path, out: Console) -> tuple[bool, str]:
    passed, lines = _command(python_module("ruff", "check", *CODE), project, out)
    return passed, _last(lines)


def _ruff_format(project: Path, out: Console) -> tuple[bool, str]:
    passed, lines = _command(python_module("ruff", "format", "--check", *CODE), project, out)
    return passed, _last(lines)


def _sqlfluff(project: Path, out: Console) -> tuple[bool, str]:
    folders = [name for name in SQL if (project / name).is_dir()]
    files = sum(1 for name in folders for _ in (project / name).rglob("*.sql"))
    out.print(f"reading {files} files; this takes a minute or two", markup=False)
    command = python_module("sqlfluff", "lint", "--disable-progress-bar", *folders)
    passed, lines = _command(command, project, out)
    violations = _violations(lines)
    first = f", first {violations[0]}" if violations else ""
    return passed, f"{files} files, {len(violations)} violations{first}"


def _violations(lines: Sequence[str]) -> list[str]:
    """Each violation behind the file that sqlfluff names above it, for the table of steps."""
    found, file = [], ""
    for line in lines:
        if line.startswith("== [") and "] " in line:
            file = line[len("== [") : line.index("] ")]
        elif line.startswith("L:"):
            found.append(f"{file} {' '.join(line.split())}")
    return found


def _structure(project: Path, out: Console) -> tuple[bool, str]:
    passed, lines = _command(python_module("itfm.cli", "structure"), project, out)
    return passed, _last(lines).removeprefix("structure: ")


def _pipeline(project: Path, out: Console) -> tuple[bool, str]:
    """Build a small demo company: dbt unit and data tests and Great Expectations run in it."""
    workspace = project / TEST_WORKSPACE
    out.print("writing a small demo company", markup=False)
    write_demo_inputs(workspace, ledger_lines=LEDGER_LINES, cloud_rows=CLOUD_ROWS)
    command = python_module("itfm.cli", "build", "--force", "--full", str(workspace))
    passed, _ = _command(command, project, out, {"ITFM_WORKSPACE": str(workspace)})
    return passed, _counts(workspace)


def _counts(path: Path) -> str:
    workspace = load_workspace(path)
    database = workspace.work_database
    parts = []
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            for kind, passed, other in connection.execute(
                "select kind, count(*) filter (where status = 'pass'), "
                "count(*) filter (where status <> 'pass') "
                "from quality.test_results group by kind order by kind"
            ).fetchall():
                parts.append(f"{passed} {kind}s passed" + (f", {other} not" if other else ""))
            (met, failed) = connection.execute(
                "select count(*) filter (where success), "
                "count(*) filter (where not success and severity = 'blocking') "
                "from quality.expectation_results"
            ).fetchone() or (0, 0)
            parts.append(f"{met} expectations met, {failed} failed")
    except duckdb.Error:
        parts.append("Great Expectations did not run" if parts else "dbt did not run")
    return "; ".join(parts)


def _pytest(project: Path, out: Console) -> tuple[bool, str]:
    # Files with few tests are the longest ones here: reordered by number, they would come last.
    command = python_module(
        "pytest", f"--numprocesses={WORKERS}", "--dist=loadfile", "--no-loadscope-reorder"
    )
    passed, lines = _command(command, project, out)
    found = [line for line in lines if re.search(r"\d+ (passed|failed|error)", line)]
    return passed, re.sub(r"\x1b\[[0-9;]*m|=+", "", found[-1]).strip() if found else _last(lines)


STEPS = (
    Step("ruff check", "lint", _ruff_check),
    Step("ruff format", "lint", _ruff_format),
    Step("sqlfluff", "lint", _sqlfluff),
    Step("structure", "structure", _structure),
    Step("dbt and Great Expectations", "pipeline", _pipeline),
    Step("pytest", "pytest", _pytest),
)
