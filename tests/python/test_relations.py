"""A table or view takes the place of the one before whole, or not at all."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

RELATIONS = Path(__file__).resolve().parents[2] / "macros/dialect/relations.sql"
PROJECT = "name: small\nprofile: small\nflags: {send_anonymous_usage_stats: false}\n"
PROFILE = "small: {target: a, outputs: {a: {type: duckdb, path: small.duckdb}}}\n"
TABLE = "{{ config(materialized='table') }} "
VIEW = "{{ config(materialized='view') }} "


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a dbt project with the macros and a table that a view reads."""
    for name in ("models", "macros"):
        (tmp_path / name).mkdir()
    shutil.copy(RELATIONS, tmp_path / "macros")
    (tmp_path / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    model(
        tmp_path,
        "base",
        "{{ config(materialized='table', indexes=[{'columns': ['x']}]) }} select 1 as x",
    )
    model(tmp_path, "top", VIEW + "select * from {{ ref('base') }}")
    assert run(tmp_path) == 0
    return tmp_path


def model(project: Path, name: str, sql: str) -> None:
    (project / "models" / f"{name}.sql").write_text(sql, encoding="utf-8")


def run(project: Path) -> int:
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "run"]
    return subprocess.run(command, cwd=project, check=False, capture_output=True).returncode


def rows(project: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(project / "small.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_table_that_fails_leaves_the_one_before(project: Path) -> None:
    model(project, "base", TABLE + "select cast('no' as integer) + range as x from range(3)")
    assert run(project) != 0
    assert rows(project, "select * from top") == [(1,)]
    assert len(rows(project, "select * from duckdb_indexes()")) == 1


def test_a_table_becomes_a_view_and_a_view_a_table(project: Path) -> None:
    model(project, "base", VIEW + "select 2 as x")
    model(project, "top", TABLE + "select * from {{ ref('base') }}")
    assert run(project) == 0
    kinds = "select table_name, table_type from information_schema.tables order by all"
    assert rows(project, kinds) == [("base", "VIEW"), ("top", "BASE TABLE")]
    assert rows(project, "select * from top") == [(2,)]
