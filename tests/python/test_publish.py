"""The published warehouse is replaced in one step, and only by one that is whole."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from holders import held_by_a_writer
from itfm import publish as publishing
from itfm.build import publish_as_it_stands
from itfm.publish import PublishError, publish, published
from itfm.workspace import Workspace, load_workspace


def write_work_database(workspace: Workspace, amount: int) -> None:
    """Write a work database with what a published warehouse must hold, and a view on it."""
    workspace.build_folder.mkdir(exist_ok=True)
    workspace.work_database.unlink(missing_ok=True)
    with duckdb.connect(str(workspace.work_database)) as connection:
        connection.execute(
            f"""
            create schema marts;
            create schema reconciliation;
            create schema core;
            create table core.lines as select {amount} as amount;
            create view marts.fct_service_cost as
                select amount from "warehouse"."core"."lines";
            create table reconciliation.rec_ledger_tie_out as
                select 'consumer' as layer, date '2025-01-01' as fiscal_period,
                    cast(0 as decimal(18, 2)) as difference_amount;
            create table reconciliation.rec_reject_gates as
                select true as passes, 'nothing' as message;
            """
        )


def amount_in(database: Path) -> int:
    """Return the amount that a reader of the warehouse sees."""
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute("select amount from marts.fct_service_cost").fetchone()
    assert row is not None
    return int(row[0])


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a company with a published warehouse that holds 1 and a work database with 2."""
    folder = tmp_path / "company"
    folder.mkdir()
    (folder / "workspace.yml").write_text("company: Test\n", encoding="utf-8")
    made = load_workspace(folder)
    write_work_database(made, 1)
    publish(made, "first")
    write_work_database(made, 2)
    return made


def test_publication_says_what_it_was_built_from(workspace: Workspace) -> None:
    facts = published(workspace.published_database)
    assert facts is not None
    assert facts.fingerprint == "first"
    assert amount_in(workspace.published_database) == 1


def test_reader_keeps_the_old_file_and_the_next_one_gets_the_new(workspace: Workspace) -> None:
    with duckdb.connect(str(workspace.published_database), read_only=True) as reader:
        query = "select amount from marts.fct_service_cost"
        assert reader.execute(query).fetchone() == (1,)
        publish(workspace, "second")
        assert reader.execute(query).fetchone() == (1,)
        # another process, as in one process DuckDB shares what is open under the same name
        script = f"import duckdb; print(duckdb.connect({str(workspace.published_database)!r}, "
        script += f"read_only=True).execute({query!r}).fetchone()[0])"
        new = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert new.stdout.strip() == "2", new.stderr
    assert amount_in(workspace.published_database) == 2


def test_a_writer_that_holds_the_old_file_does_not_block(workspace: Workspace) -> None:
    query = "select amount from core.lines"
    with held_by_a_writer(workspace.published_database, query) as holder:
        publish(workspace, "second")
        assert amount_in(workspace.published_database) == 2
        assert holder.communicate("")[0].strip() == "(1,)"


@pytest.mark.parametrize("missing", ["view marts.fct_service_cost", "table core.lines"])
def test_an_incomplete_warehouse_is_not_published(workspace: Workspace, missing: str) -> None:
    before = checksum(workspace.published_database)
    with duckdb.connect(str(workspace.work_database)) as connection:
        connection.execute(f"drop {missing}")
    with pytest.raises(PublishError, match=r"no readable marts\.fct_service_cost"):
        publish(workspace, "second")
    assert checksum(workspace.published_database) == before
    assert not publishing.new_file(workspace).exists()


def test_relations_of_models_that_are_gone_are_not_published(workspace: Workspace) -> None:
    with duckdb.connect(str(workspace.work_database)) as connection:
        connection.execute("create table core.old_model as select 1 as one")
        connection.execute("create view core.old_view as select 1 as one")
        connection.execute("create schema landing")
        connection.execute("create table landing.files as select 1 as one")
        connection.execute("create schema allocation")
        connection.execute("create table allocation.alloc_built_periods as select 1 as one")
    known = ["core.lines", "marts.fct_service_cost", "reconciliation.rec_ledger_tie_out"]
    publish(workspace, "second", known_relations=known)
    with duckdb.connect(str(workspace.published_database), read_only=True) as connection:
        rows = connection.execute("select schema_name || '.' || table_name from duckdb_tables()")
        tables = {row[0] for row in rows.fetchall()}
        views = connection.execute("select view_name from duckdb_views() where not internal")
        assert views.fetchall() == [("fct_service_cost",)]
    assert tables == {
        # without it the next build would compute every period again
        "allocation.alloc_built_periods",
        "core.lines",
        "landing.files",
        "reconciliation.published",
        "reconciliation.rec_ledger_tie_out",
        "reconciliation.rec_restatements",
    }


# What a publication does just before it is killed, and what readers then see.
KILLED = {
    "while it copies": ("shutil.copyfile", 1),
    "before the new file takes its place": ("pathlib.Path.replace", 1),
    "right after it took its place": ("itfm.publish._flush", 2),
}


@pytest.mark.parametrize("moment", KILLED)
def test_a_kill_leaves_a_whole_warehouse(workspace: Workspace, moment: str) -> None:
    function, amount = KILLED[moment]
    module, name = function.rsplit(".", 1)
    script = f"""
        import os, pathlib, shutil, signal, sys
        import itfm.publish
        from itfm.workspace import load_workspace

        path = pathlib.Path(sys.argv[1])
        original = {module}.{name}

        def kill(*arguments):
            if {name!r} == "copyfile":
                source, target = arguments
                content = pathlib.Path(source).read_bytes()
                pathlib.Path(target).write_bytes(content[: len(content) // 2])
            elif {name!r} == "_flush" and arguments[0] != path:
                return original(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)

        {module}.{name} = kill
        itfm.publish.publish(load_workspace(path), "second")
    """
    before = checksum(workspace.published_database)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(workspace.path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert amount_in(workspace.published_database) == amount
    assert (checksum(workspace.published_database) == before) == (amount == 1)
    publish(workspace, "third")
    assert amount_in(workspace.published_database) == 2
    assert not publishing.new_file(workspace).exists()


def test_a_file_that_is_no_warehouse_counts_as_nothing_published(tmp_path: Path) -> None:
    assert published(tmp_path / "none.duckdb") is None
    broken = tmp_path / "broken.duckdb"
    broken.write_text("not a database", encoding="utf-8")
    assert published(broken) is None


def test_publish_as_it_stands(workspace: Workspace) -> None:
    assert publish_as_it_stands(workspace.path) == 0
    assert amount_in(workspace.published_database) == 2
    facts = published(workspace.published_database)
    assert facts is not None
    assert facts.fingerprint == ""


def test_what_does_not_tie_is_not_published(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(workspace.work_database)) as connection:
        connection.execute("update reconciliation.rec_ledger_tie_out set difference_amount = 0.01")
        connection.execute("update reconciliation.rec_reject_gates set passes = false")
    assert publish_as_it_stands(workspace.path) == 1
    told = capsys.readouterr().out
    assert "layer consumer differs from the ledger by 0.01 in 2025-01-01" in told
    assert "Not published: nothing" in told
    assert amount_in(workspace.published_database) == 1


def test_nothing_to_publish_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert publish_as_it_stands(tmp_path) == 2
    assert "run `itfm build` instead" in capsys.readouterr().out
