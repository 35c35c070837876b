"""dbt as a child process: how far it is while it runs, what failed and why when it ends."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from itfm.contract import project_folder
from itfm.process import Child, python_module
from itfm.readers import is_held
from itfm.workspace import Workspace

UNIT_TEST = "unit test"
KINDS = {"model": "models", "seed": "seeds", "test": "data tests", "unit_test": "unit tests"}
FAILED = ("error", "fail", "runtime error")
SHOWN_ROWS = 5
SHOWN_MESSAGES = 20
SHOWN_WIDTH = 60
MESSAGE_WIDTH = 400
GATES = "rec_reject_gates"
TESTS_TABLE = "quality.test_results"
TESTS_COLUMNS = {
    "kind": ("varchar", "data test or unit test."),
    "test_name": ("varchar", "Name of the test in dbt."),
    "status": ("varchar", "pass, warn, fail, error or skipped."),
    "failure_count": ("bigint", "Rows that break the rule; null for unit tests."),
}


@dataclass(frozen=True)
class Failure:
    """A model or test that failed: what happened, where, on which rows, and what to do."""

    kind: str
    name: str
    message: str
    file: str = ""
    description: str = ""
    rows: tuple[str, ...] = ()
    what_to_do: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the lines that tell a person about it."""
        yield f"{self.kind} {self.name}"
        if self.description:
            yield f"  means    {self.description}"
        for number, line in enumerate(self.message.strip().splitlines() or ["no message"]):
            yield f"  {'what' if number == 0 else '':8} {line.rstrip()}"
        for number, row in enumerate(self.rows):
            yield f"  {'rows' if number == 0 else '':8} {row}"
        if self.file:
            yield f"  where    {self.file}"
        if self.what_to_do:
            yield f"  do       {self.what_to_do}"


@dataclass
class DbtResult:
    """What a dbt command did."""

    exit_code: int
    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    warned: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    gates: list[str] = field(default_factory=list)
    tests: list[tuple[str, str, str, int | None]] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Return whether everything was built and no test failed."""
        return self.exit_code == 0 and not self.failures and not self.gates

    def text(self) -> str:
        """Return the counts as one line: 92 models, 310 data tests, 2 failed."""
        parts = [f"{self.done[kind]} {kind}" for kind in KINDS.values() if self.done[kind]]
        for name, counts in (
            ("failed", self.failed),
            ("warnings", self.warned),
            ("skipped", self.skipped),
        ):
            if counts.total():
                parts.append(f"{counts.total()} {name}")
        return ", ".join(parts) or "nothing done"


class _Watcher:
    """Counts nodes in dbt's log events and keeps what was logged as an error."""

    def __init__(self, tell: Callable[[str], None], left_out: Collection[str] = ()):
        self._tell = tell
        self._left_out = left_out
        self._totals: dict[str, int] = {}
        self._seen: dict[str, set[str]] = {kind: set() for kind in KINDS.values()}
        self.errors: list[str] = []
        self.plain: list[str] = []

    def read(self, line: str) -> None:
        """Take one line of the log."""
        try:
            event = json.loads(line)
            info, data = event["info"], event.get("data") or {}
        except (ValueError, KeyError, TypeError):
            if line.strip():
                self.plain.append(line)
            return
        self._count(str(info.get("name", "")), str(info.get("msg", "")), data)
        if info.get("level") == "error" and info.get("msg"):
            self.errors.append(str(info["msg"]))

    def _count(self, name: str, message: str, data: dict[str, Any]) -> None:
        if found := re.findall(r"(\d+) (models?|seeds?|data tests?|unit tests?)", message):
            if message.startswith("Found "):
                totals = {_plural(kind): int(number) for number, kind in found}
                self._totals = {k: n for k, n in totals.items() if k not in self._left_out}
                self._tell(self.text())
            return
        node = data.get("node_info") or {}
        kind = KINDS.get(str(node.get("resource_type", "")))
        ended = name.startswith("Log") and name.endswith("Result")
        if kind and (ended or "Skip" in name):
            self._seen[kind].add(str(node.get("unique_id", "")))
            self._tell(self.text())

    def text(self) -> str:
        """Return how far dbt is: models 34/92, data tests 12/310."""
        return ", ".join(
            f"{kind} {len(self._seen[kind])}/{total}" for kind, total in self._totals.items()
        )


def _plural(kind: str) -> str:
    return kind if kind.endswith("s") else f"{kind}s"


def run_dbt(
    arguments: Sequence[str],
    workspace: Workspace,
    tell: Callable[[str], None] = lambda _: None,
    keep_open: Sequence[int] = (),
) -> DbtResult:
    """Run a dbt command on the work database of the workspace and report what it did.

    `tell` is called with how far it is; `keep_open` are file descriptors the child keeps.
    """
    project = project_folder()
    target = target_folder(workspace)
    target.mkdir(parents=True, exist_ok=True)
    results_file = target / "run_results.json"
    results_file.unlink(missing_ok=True)
    command = python_module("dbt.cli.main", *arguments)
    command += ["--project-dir", str(project), "--profiles-dir", str(project)]
    command += ["--target-path", str(target), "--log-path", str(workspace.build_folder / "logs")]
    command += ["--log-format", "json", "--log-level", "info", "--log-level-file", "info"]
    watcher = _Watcher(tell, [KINDS[kind] for kind in KINDS if kind in arguments])
    environment = {"ITFM_WORKSPACE": str(workspace.path)}
    with Child(command, cwd=project, env=environment, keep_open=keep_open) as child:
        for line in child.lines():
            watcher.read(line)
        exit_code = child.wait()
    result = DbtResult(exit_code)
    if results_file.is_file():
        _read_results(result, results_file, workspace)
    if exit_code != 0 and not result.failures and not result.gates:
        result.failures.append(_project_failure(watcher, exit_code))
    return result


def target_folder(workspace: Workspace) -> Path:
    """Return the folder of dbt's artifacts for this workspace."""
    return workspace.build_folder / "target"


def _project_failure(watcher: _Watcher, exit_code: int) -> Failure:
    lines = watcher.errors or watcher.plain[-20:] or [f"dbt ended with exit code {exit_code}."]
    message = "\n".join(dict.fromkeys("\n".join(lines).splitlines()))
    advice = "Correct the file that the message names and run the command again."
    if is_held(message):
        advice = "Close the program that holds build/warehouse.duckdb and run the command again."
    elif exit_code < 0:
        message = f"dbt was ended by signal {-exit_code}; it may have run out of memory.\n{message}"
        advice = "Run the command again; with less memory, lower `threads` in profiles.yml."
    return Failure("project", "dbt could not run the project", message, what_to_do=advice)


def _read_results(result: DbtResult, results_file: Path, workspace: Workspace) -> None:
    results = json.loads(results_file.read_text(encoding="utf-8"))["results"]
    failed = []
    for entry in results:
        kind = KINDS.get(str(entry["unique_id"]).split(".", 1)[0])
        if kind is None:
            if entry["status"] in FAILED:
                failed.append(entry)
            continue
        if kind.endswith("tests"):
            result.tests.append(_test_row(kind, entry))
        result.done[kind] += entry["status"] != "skipped"
        result.warned[kind] += entry["status"] == "warn"
        result.skipped[kind] += entry["status"] == "skipped"
        if entry["status"] in FAILED:
            result.failed[kind] += 1
            failed.append(entry)
    if failed:
        manifest = json.loads((results_file.parent / "manifest.json").read_text(encoding="utf-8"))
        nodes = {**manifest["nodes"], **manifest.get("unit_tests", {})}
        connection = _open(workspace.work_database)
        for entry in failed:
            node = nodes.get(entry["unique_id"], {})
            if _is_gate(node) and not result.gates and (found := _gate_messages(connection)):
                result.gates = found
            elif not _is_gate(node) or not result.gates:
                result.failures.append(_failure(entry, node, connection, results_file.parent))
        if connection is not None:
            connection.close()


def _test_row(kind: str, entry: dict[str, Any]) -> tuple[str, str, str, int | None]:
    parts = str(entry["unique_id"]).split(".")
    is_data_test = parts[0] == "test"
    name = parts[2] if is_data_test else parts[-1]
    failures = entry.get("failures") if is_data_test else None
    return kind.removesuffix("s"), name, str(entry["status"]), failures


def write_tests(database: Path, result: DbtResult) -> None:
    """Write what became of every dbt test into the work database, published with it.

    Unit tests that were not run again keep what became of them the last time.
    """
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in TESTS_COLUMNS.items())
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists quality")
        connection.execute(f"create table if not exists {TESTS_TABLE} ({columns})")
        connection.execute(f"delete from {TESTS_TABLE} where kind <> '{UNIT_TEST}'")
        if any(kind == UNIT_TEST for kind, *_ in result.tests):
            connection.execute(f"delete from {TESTS_TABLE}")
        if result.tests:
            connection.executemany(
                f"insert into {TESTS_TABLE} values (?, ?, ?, ?)", sorted(result.tests, key=repr)
            )
        connection.execute(
            f"comment on table {TESTS_TABLE} is "
            "'One row per dbt test of the last build; unit tests are run when the code changed.'"
        )
        for name, (_, text) in TESTS_COLUMNS.items():
            connection.execute(f"comment on column {TESTS_TABLE}.{name} is '{text}'")


def _failure(
    entry: dict[str, Any],
    node: dict[str, Any],
    connection: duckdb.DuckDBPyConnection | None,
    target: Path,
) -> Failure:
    kind = str(entry["unique_id"]).split(".", 1)[0]
    name = str(node.get("name", entry["unique_id"]))
    message = str(entry.get("message") or "no message")
    compiled = entry.get("compiled_code") or ""
    rows: tuple[str, ...] = ()
    advice = "Correct the model, or the rows that it reads, and build again."
    if kind == "test" and entry["status"] == "fail":
        rows = _rows(connection, compiled)
        count = entry.get("failures")
        message = "1 row breaks the rule." if count == 1 else f"{count} rows break the rule."
        advice = "Correct the rows at their source, or the model that made them, and build again."
        parents = (node.get("depends_on") or {}).get("nodes") or []
        if len(parents) == 1 and count and len(rows) < count:
            advice += f" All {count} stand in the table {parents[0].split('.')[-1]}."
        elif node.get("compiled_path"):
            advice += f" All rows: run the query {target / 'compiled'}/{_below_compiled(node)}"
    if kind == "unit_test":
        advice = "Compare the expected rows of the unit test with what the model returns."
    description = " ".join(str(node.get("description") or "").split())
    return Failure(
        kind=KINDS.get(kind, kind).removesuffix("s"),
        name=name,
        message=message,
        file=str(node.get("original_file_path", "")),
        description=description,
        rows=rows,
        what_to_do=advice,
    )


def _below_compiled(node: dict[str, Any]) -> str:
    return str(node["compiled_path"]).split("/compiled/", 1)[-1]


def _open(path: Path) -> duckdb.DuckDBPyConnection | None:
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.Error:
        return None


def _rows(connection: duckdb.DuckDBPyConnection | None, query: str) -> tuple[str, ...]:
    if connection is None or not query.strip():
        return ()
    try:
        found = connection.execute(f"select * from ({query}) limit {SHOWN_ROWS}")
        names = [column[0] for column in found.description or []]
        if "message" in names:
            sentences = connection.execute(
                f"select message from ({query}) order by message limit {SHOWN_MESSAGES}"
            )
            return tuple(_short(row[0], MESSAGE_WIDTH) for row in sentences.fetchall())
        return tuple(
            ", ".join(f"{name}={_short(value)}" for name, value in zip(names, row, strict=True))
            for row in found.fetchall()
        )
    except duckdb.Error:
        return ()


def _short(value: object, width: int = SHOWN_WIDTH) -> str:
    text = "null" if value is None else " ".join(str(value).split())
    return text if len(text) <= width else text[: width - 3] + "..."


def _is_gate(node: dict[str, Any]) -> bool:
    parents = (node.get("depends_on") or {}).get("nodes") or []
    return any(str(parent).endswith(f".{GATES}") for parent in parents)


def _gate_messages(connection: duckdb.DuckDBPyConnection | None) -> list[str]:
    if connection is None:
        return []
    try:
        rows = connection.execute(
            f"select message from reconciliation.{GATES} where passes is not true order by all"
        ).fetchall()
    except duckdb.Error:
        return []
    return [str(row[0]) for row in rows]
