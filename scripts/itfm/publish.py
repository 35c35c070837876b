"""From the work database to the published one: copied, checked, put in place in one step.

Readers open `warehouse.duckdb`. Its new version is written beside it and takes its name with one
rename, so that a reader who holds the old file keeps it, and a build that is killed at any point
leaves either the old file or the new one, whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from itfm import restatements
from itfm.contract import project_folder
from itfm.errors import UserError
from itfm.restatements import RestatedPeriod
from itfm.workspace import Workspace

CATALOG = "warehouse"
REQUIRED = ("marts.fct_service_cost", "reconciliation.rec_ledger_tie_out")
KEPT_SCHEMAS = ("landing", "quality", "information_schema", "pg_catalog")
PUBLISHED_TABLE = "reconciliation.published"
# no model: it says which periods the next build need not compute again
BUILT_PERIODS = "allocation.alloc_built_periods"
SHOWN_PERIODS = 5
PUBLISHED_COLUMNS = {
    "published_at": ("timestamp", "Time of the publication, UTC."),
    "git_commit": ("varchar", "Commit of the project that built it; ends in + with local edits."),
    "fingerprint": (
        "varchar",
        "What it was built from: inputs, cost model and project files; empty after itfm publish.",
    ),
}


class PublishError(UserError):
    """The work database cannot be published; the published one was not touched."""


@dataclass(frozen=True)
class Published:
    """When and from what the published warehouse was built."""

    published_at: datetime
    git_commit: str | None
    fingerprint: str


def published(database: Path) -> Published | None:
    """Return what is known about a published warehouse; None when there is none to read."""
    if not database.is_file():
        return None
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            row = connection.execute(
                f"select published_at, git_commit, fingerprint from {PUBLISHED_TABLE}"
            ).fetchone()
    except duckdb.Error:
        return None
    return Published(*row) if row else None


def publish(
    workspace: Workspace,
    fingerprint: str,
    *,
    known_relations: Iterable[str] | None = None,
    required: Iterable[str] = REQUIRED,
    restate: bool = False,
) -> Published:
    """Replace the published warehouse by the work database; readers are not disturbed.

    `known_relations` are the relations of the project as schema.name; others, left behind by
    models that no longer exist, are dropped first. `required` must be there and readable.
    `restate` lets bills of closed periods change where the workspace keeps them.
    """
    facts = Published(
        _time_after(published(workspace.published_database)), git_commit(), fingerprint
    )
    temporary = new_file(workspace)
    remove_leftovers(workspace)
    restated = _complete(workspace, facts, known_relations)
    if workspace.closed_periods == "keep" and not restate:
        _keep_closed_periods(workspace, restated)
    try:
        shutil.copyfile(workspace.work_database, temporary)
        _verify(temporary, required)
        _flush(temporary)
        temporary.replace(workspace.published_database)
        _flush(workspace.path)
    except OSError as error:
        raise PublishError(
            f"The warehouse could not be published in {workspace.path}: {error}. The published "
            "file was not touched. Make room or allow writing there, and build again."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return facts


def faults(database: Path) -> list[str]:
    """Return what keeps a work database from being published, as sentences; none when nothing."""
    found = []
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            for layer, period, difference in connection.execute(
                "select layer, fiscal_period, difference_amount "
                "from reconciliation.rec_ledger_tie_out "
                "where difference_amount is distinct from 0 order by all limit 10"
            ).fetchall():
                found.append(f"layer {layer} differs from the ledger by {difference} in {period}.")
            for (message,) in connection.execute(
                "select message from reconciliation.rec_reject_gates"
                " where passes is not true order by all"
            ).fetchall():
                found.append(str(message))
    except duckdb.Error as error:
        found.append(f"{database} cannot be read: {str(error).splitlines()[0]}")
    return found


def new_file(workspace: Workspace) -> Path:
    """Return the name under which the next warehouse is written before it takes its place."""
    return workspace.published_database.with_name("warehouse.duckdb.new")


def remove_leftovers(workspace: Workspace) -> bool:
    """Remove what a publication that was killed left behind; return whether there was any."""
    temporary = new_file(workspace)
    left = temporary.exists()
    for path in (temporary, temporary.with_name(f"{temporary.name}.wal")):
        path.unlink(missing_ok=True)
    return left


def manifest_relations(manifest_file: Path) -> list[str]:
    """Return schema.name of every relation that the project builds."""
    nodes = json.loads(manifest_file.read_text(encoding="utf-8"))["nodes"].values()
    kinds = ("model", "seed", "snapshot")
    return [
        f"{node['schema']}.{node.get('alias') or node['name']}"
        for node in nodes
        if node["resource_type"] in kinds
    ]


def git_commit(folder: Path | None = None) -> str | None:
    """Return the commit of the project, with a + when files differ; None outside of git."""
    project = folder or project_folder()

    def git(*arguments: str) -> str | None:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            done = subprocess.run(
                ["git", *arguments], cwd=project, capture_output=True, text=True, timeout=20
            )
            return done.stdout.strip() if done.returncode == 0 else None
        return None

    commit = git("rev-parse", "HEAD")
    if commit is None:
        return None
    return commit + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")


def _time_after(before: Published | None) -> datetime:
    """Return the time, UTC; each publication has a later one than that before it."""
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    return now if before is None else max(now, before.published_at + timedelta(seconds=1))


def _complete(
    workspace: Workspace, facts: Published, known_relations: Iterable[str] | None
) -> list[RestatedPeriod]:
    """Write when and from what it was built and what it restates, and settle the file."""
    work = workspace.work_database
    try:
        connection = duckdb.connect(str(work))
    except duckdb.IOException as error:
        raise PublishError(
            f"{work} cannot be opened: {str(error).splitlines()[0]} Close the program that holds "
            "it and build again; the published warehouse was not touched."
        ) from error
    with connection:
        if known_relations is not None:
            _drop_strays(connection, {name.lower() for name in known_relations})
        schema = PUBLISHED_TABLE.split(".")[0]
        columns = ", ".join(f"{name} {kind}" for name, (kind, _) in PUBLISHED_COLUMNS.items())
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create or replace table {PUBLISHED_TABLE} ({columns})")
        connection.execute(
            f"insert into {PUBLISHED_TABLE} values (?, ?, ?)",
            [facts.published_at, facts.git_commit, facts.fingerprint],
        )
        connection.execute(
            f"comment on table {PUBLISHED_TABLE} is 'One row: this publication of the warehouse.'"
        )
        for name, (_, text) in PUBLISHED_COLUMNS.items():
            connection.execute(f"comment on column {PUBLISHED_TABLE}.{name} is '{text}'")
        restatements.record(connection, workspace.published_database, facts.published_at)
        restated = restatements.restated_periods(connection)
        connection.execute("checkpoint")
    if work.with_name(f"{work.name}.wal").exists():
        raise PublishError(f"{work} is still being written by another program; build again.")
    return restated


def _keep_closed_periods(workspace: Workspace, restated: list[RestatedPeriod]) -> None:
    closed = [period for period in restated if period.is_closed]
    if not closed:
        return
    told = "".join(f"\n  - {period.text()}" for period in closed[:SHOWN_PERIODS])
    more = len(closed) - SHOWN_PERIODS
    told += f"\n  and {more} more in {restatements.TABLE}" if more > 0 else ""
    raise PublishError(
        f"published figures of closed periods would change, and {workspace.settings_file.name} "
        f"says closed_periods: keep.{told}\nThe published warehouse was not touched. Take the "
        "change back, open the period, or let it happen with `itfm build --restate` "
        f"(`itfm publish --restate` publishes {workspace.work_database} as it stands)."
    )


def _drop_strays(connection: duckdb.DuckDBPyConnection, known: set[str]) -> None:
    rows = connection.execute(
        """
        select schema_name, table_name, 'table' from duckdb_tables() where not internal
        union all
        select schema_name, view_name, 'view' from duckdb_views() where not internal
        order by all
        """
    ).fetchall()
    for schema, name, kind in rows:
        full_name = f"{schema}.{name}"
        if schema in KEPT_SCHEMAS or full_name in (PUBLISHED_TABLE, BUILT_PERIODS):
            continue
        if full_name.lower() not in known:
            connection.execute(f'drop {kind} if exists "{schema}"."{name}"')


def _verify(database: Path, required: Iterable[str]) -> None:
    """Open the copy under the name that readers give it and look into what must be there."""
    with duckdb.connect() as connection:
        path = str(database).replace("'", "''")
        try:
            connection.execute(f"attach '{path}' as {CATALOG} (read_only)")
            connection.execute(f"use {CATALOG}")
            connection.execute(f"select fingerprint from {PUBLISHED_TABLE}").fetchone()
        except duckdb.Error as error:
            raise PublishError(
                f"The copy of the warehouse cannot be read: {error} The published file was not "
                "touched. Look for a full disk, and build again."
            ) from error
        for name in required:
            try:
                connection.execute(f"select * from {name} limit 1").fetchall()
            except duckdb.Error as error:
                raise PublishError(
                    f"The warehouse has no readable {name}: {str(error).splitlines()[0]} "
                    "The published file was not touched."
                ) from error


def _flush(path: Path) -> None:
    """Have the file or folder written to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
