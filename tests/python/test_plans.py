"""How DuckDB would run the models: a join by equal values must not compare every pair of rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from itfm.dbt_run import target_folder
from itfm.workspace import Workspace

FOLDERS = ("models/core/", "models/allocation/", "models/marts/", "models/reconciliation/")
# a row of a table counts in its period, in later ones, or in all: a few hundred rows by periods
BY_DESIGN = {"alloc_period_versions"}


def _operators(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("children", []):
        yield from _operators(child)


def _comparing_joins(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    """Return the conditions by equal values that the plan checks for every pair of rows.

    That happens where a condition of an outer join looks at one side alone, or mixes both sides.
    """
    row = connection.execute(f"explain (format json) {query}").fetchone()
    assert row is not None
    return [
        str(operator["extra_info"].get("Condition"))
        for plan in json.loads(row[1])
        for operator in _operators(plan)
        if operator["name"].strip() == "BLOCKWISE_NL_JOIN"
        and " = " in str(operator["extra_info"].get("Condition"))
    ]


def test_the_plan_shows_a_join_of_all_pairs() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table sends as select 'a' as id, 'amount' as measure")
        connection.execute("create table charges as select 'a' as id, 1 as charge")
        by_key = "select * from sends left join charges on sends.id = charges.id"
        assert _comparing_joins(connection, by_key) == []
        assert len(_comparing_joins(connection, f"{by_key} and sends.measure = 'amount'")) == 1


def test_no_model_compares_every_row_with_every_other(demo_workspace: Workspace) -> None:
    manifest = json.loads(
        (target_folder(demo_workspace) / "manifest.json").read_text(encoding="utf-8")
    )
    models = {
        node["name"]: node["compiled_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["original_file_path"].startswith(FOLDERS)
    }
    assert len(models) > 150
    with duckdb.connect(str(demo_workspace.published_database), read_only=True) as connection:
        found = {
            name: joins
            for name, query in models.items()
            if name not in BY_DESIGN and (joins := _comparing_joins(connection, query))
        }
    assert found == {}
