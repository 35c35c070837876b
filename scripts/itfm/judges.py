"""The models that judge a delivery, made in a scratch database from the SQL that dbt compiles.

So a check says what a build would say, without a second set of rules in Python.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import yaml

from itfm.contract import project_folder
from itfm.errors import UserError
from itfm.survey import Problem
from itfm.workspace import Workspace

JUDGES = ("alloc_rule_faults", "rec_reject_gates", "rec_unknown_parents")
LATER_JUDGES = ("alloc_network_faults", "alloc_use_faults")
LAST_JUDGES = ("alloc_slow_circles",)  # they follow the money of every sender through the networks
TESTS = ("assert_hierarchies_have_no_circles", "assert_plan_versions_have_one_kind")
SELECTION = (
    "path:models/staging",
    *(f"+{name}" for name in (*JUDGES, *LATER_JUDGES, *LAST_JUDGES, *TESTS)),
)
PROJECT_LINE = "dbt could not prepare the check. Its last lines:"


class Judges:
    """The models that judge a delivery, and what they read, made in a scratch database."""

    def __init__(
        self, workspace: Workspace, scratch: Path, database: Path, progress: Callable[[str], None]
    ):
        stamp = scratch / "staging.stamp"
        current = _fingerprint(project_folder())
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != current:
            progress("compiling the models that judge (dbt, only after a change of them)")
            _compile(workspace, scratch, database)
            stamp.write_text(current, encoding="utf-8")
        manifest = json.loads((scratch / "target/manifest.json").read_text(encoding="utf-8"))
        self.nodes: dict[str, Any] = manifest["nodes"]
        self.tables = {table.name for table in workspace.contract.tables}
        self.tests = {name: node for name, node in self.nodes.items() if node["name"] in TESTS}
        self.made: set[str] = set()

    def make_staging(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the staging relations in the scratch database."""
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set TimeZone = 'UTC'")
        wanted = [
            name
            for name, node in self.nodes.items()
            if node["original_file_path"].startswith("models/staging/")
            and name.startswith("model.")
            and name.partition("__")[2] in self.tables
        ]
        made = ("model.", "seed.")
        for schema in {
            node["schema"] for name, node in self.nodes.items() if name.startswith(made)
        }:
            connection.execute(f"drop schema if exists {schema} cascade")
        if fault := self._make(connection, wanted):
            raise UserError(fault.message)

    def make(
        self, connection: duckdb.DuckDBPyConnection, judges: tuple[str, ...] = JUDGES
    ) -> Problem | None:
        """Make the models that judge; return the model that fails on these files, if any does."""
        wanted = [name for name, node in self.nodes.items() if node["name"] in judges]
        wanted += [parent for node in self.tests.values() for parent in self._parents(node)]
        return self._make(connection, wanted)

    def _parents(self, node: dict[str, Any]) -> set[str]:
        """Return what the SQL of a node reads; some parents only say which periods are stale."""
        return {
            name
            for name in node["depends_on"].get("nodes", ())
            if name in self.nodes and self.nodes[name]["relation_name"] in node["compiled_code"]
        }

    def _make(self, connection: duckdb.DuckDBPyConnection, wanted: Iterable[str]) -> Problem | None:
        parents: dict[str, set[str]] = {}
        waiting = list(wanted)
        while waiting:
            name = waiting.pop()
            if name not in parents:
                node = self.nodes[name]
                parents[name] = set() if name.startswith("seed.") else self._parents(node)
                waiting += parents[name]
        for name in TopologicalSorter(parents).static_order():
            if name in self.made:
                continue
            node = self.nodes[name]
            path = node["original_file_path"]
            connection.execute(f"create schema if not exists {node['schema']}")
            sql = _seed(node) if name.startswith("seed.") else node["compiled_code"]
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            try:
                connection.execute(f"create {kind} {node['relation_name']} as {sql}")
            except duckdb.Error as error:
                message = (
                    f"{path} failed on these files: {str(error).splitlines()[0]} Correct the value "
                    "that it names; a build would fail there too."
                )
                return Problem("error", "failed_model", message, path)
            self.made.add(name)
        return None


def _seed(node: dict[str, Any]) -> str:
    """Return a query of the file of a seed, with the types that its settings give."""
    path = str(project_folder() / node["original_file_path"]).replace("'", "''")
    types = node["config"]["column_types"]
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in types.items())
    return f"select {columns} from read_csv('{path}', header = true, all_varchar = true)"


def _fingerprint(project: Path) -> str:
    digest = hashlib.sha256(repr(SELECTION).encode())
    folders = ("models", "macros", "tests/singular/core")
    files = [path for folder in folders for path in sorted((project / folder).rglob("*.sql"))]
    for path in (project / "dbt_project.yml", *files):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _compile(workspace: Workspace, scratch: Path, database: Path) -> None:
    """Let dbt compile the models that judge for the scratch database, as for a first build."""
    project = project_folder()
    profile = yaml.safe_load((project / "profiles.yml").read_text(encoding="utf-8"))
    output = profile["itfm"]["outputs"][profile["itfm"]["target"]]
    output["path"] = str(database)
    output["plugins"] = [{"module": "itfm.dbt_plugin", "config": {"load": False}}]
    (scratch / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "compile",
        "--quiet",
        "--full-refresh",
        "--select",
        *SELECTION,
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(scratch),
        "--target-path",
        str(scratch / "target"),
        "--log-path",
        str(scratch / "logs"),
        "--no-use-colors",
    ]
    environment = {**os.environ, "ITFM_WORKSPACE": str(workspace.path)}
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise UserError(f"{PROJECT_LINE}\n{tail}")
