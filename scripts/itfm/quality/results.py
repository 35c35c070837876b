"""The outcomes as a table of the work database, published with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from itfm.quality.checks import Outcome
from itfm.quality.runner import as_json

TABLE = "quality.expectation_results"
COLUMNS = {
    "stage": ("varchar", "door (delivered files), contract (input layer) or marts."),
    "table_name": ("varchar", "Schema and name of the table."),
    "column_name": ("varchar", "Column, when the expectation is about one."),
    "expectation": ("varchar", "Type of the expectation in Great Expectations."),
    "description": ("varchar", "What is expected, as a sentence."),
    "severity": ("varchar", "blocking (a failure stops the build) or warning."),
    "success": ("boolean", "Whether it was met; false as well when it could not be evaluated."),
    "observed": ("varchar", "What was found."),
    "unexpected_count": ("bigint", "Values or rows that break it; null where none are counted."),
    "examples": ("varchar", "Some of them, as a JSON list."),
    "error": ("varchar", "Why it could not be evaluated; null when it was."),
    "what_to_do": ("varchar", "What a person should do when it is not met."),
}


def write(database: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the outcomes of one run in place of those of the last."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    rows = [
        (
            outcome.check.stage,
            outcome.check.table,
            outcome.check.column,
            outcome.check.expectation,
            outcome.check.description,
            outcome.check.severity,
            outcome.success,
            outcome.observed,
            outcome.unexpected_count,
            as_json(outcome.examples),
            outcome.error,
            outcome.check.what_to_do,
        )
        for outcome in outcomes
    ]
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists quality")
        connection.execute("begin")
        connection.execute(f"create or replace table {TABLE} ({columns})")
        if rows:
            places = ", ".join("?" for _ in COLUMNS)
            connection.executemany(f"insert into {TABLE} values ({places})", rows)
        connection.execute(
            f"comment on table {TABLE} is 'One row per expectation of the last build.'"
        )
        for name, (_, text) in COLUMNS.items():
            connection.execute(f"comment on column {TABLE}.{name} is '{text}'")
        connection.execute("commit")
