"""DuckDB for Great Expectations: a read-only file in which nothing is ever rolled back.

SQLAlchemy ends every statement with a rollback, which in DuckDB drops a result before it is read.
Reading needs no transactions, so beginning and ending them does nothing here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from duckdb_engine import Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.engine import URL

NAME = "duckdb.reading"


class ReadingDialect(Dialect):
    """The DuckDB dialect without transactions."""

    supports_statement_cache = False

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin nothing."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Commit nothing."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Roll nothing back."""


def connection_string(database: Path) -> str:
    """Register the dialect and return the address of a database in it."""
    registry.register(NAME, __name__, ReadingDialect.__name__)
    return URL.create("duckdb+reading", database=str(database)).render_as_string()
