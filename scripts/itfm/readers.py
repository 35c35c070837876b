"""A warehouse opened for reading, with a sentence where it cannot be."""

from __future__ import annotations

from pathlib import Path

import duckdb

from itfm.errors import UserError
from itfm.workspace import Workspace

HELD = ("Could not set lock", "Conflicting lock")


def open_warehouse(workspace: Workspace, *, work: bool = False) -> duckdb.DuckDBPyConnection:
    """Return a connection that only reads: to the published warehouse, or the work database."""
    database = workspace.work_database if work else workspace.published_database
    if not database.is_file():
        raise UserError(
            f"nothing is {'built' if work else 'published'} in {workspace.path} yet. "
            f"Run `itfm build {workspace.path}`."
        )
    try:
        return duckdb.connect(str(database), read_only=True)
    except duckdb.Error as error:
        raise UserError(unreadable(database, error)) from error


def is_held(message: str) -> bool:
    """Return whether a message of the engine says that another program holds the database."""
    return any(text in message for text in HELD)


def unreadable(database: Path, error: duckdb.Error) -> str:
    """Return why a database cannot be read, and what to do."""
    if is_held(str(error)):
        return (
            f"{database} is being written by another program, such as a build. Wait for it or "
            "close it, and try again."
        )
    return f"{database} cannot be read: {str(error).splitlines()[0]} Build it again."
