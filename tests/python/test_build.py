"""The build: one at a time, nothing when nothing changed, clean after a kill, honest on failure."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from rich.console import Console

from itfm import build as building
from itfm import dbt_run
from itfm.build import LOCK_FILE, MARKER, BuildOptions, build, locked
from itfm.cli import main
from itfm.dbt_run import DbtResult, Failure, _Watcher
from itfm.errors import UserError
from itfm.fingerprint import fingerprint
from itfm.publish import published
from itfm.workspace import Workspace, load_workspace

LEDGER = "inputs/ledger/journal_lines.csv"
HEADER = "line_id,posting_date,account_id,amount\n"


class Pipeline:
    """Stands in for dbt and Great Expectations: what they would leave behind, in no time."""

    def __init__(self) -> None:
        self.runs = 0
        self.arguments: list[list[str]] = []
        self.result = DbtResult(0, done=Counter({"models": 2}))
        self.meets_expectations = True
        self.error: BaseException | None = None

    def run_dbt(self, arguments: Any, workspace: Workspace, *_: Any, **__: Any) -> DbtResult:
        """Write the tables that a publication needs."""
        self.runs += 1
        self.arguments.append(list(arguments))
        if self.error is not None:
            raise self.error
        with duckdb.connect(str(workspace.work_database)) as connection:
            connection.execute(
                f"""
                create schema if not exists marts;
                create schema if not exists reconciliation;
                create or replace table marts.fct_service_cost as select {self.runs} as run;
                create or replace table reconciliation.rec_ledger_tie_out as select 0 as nothing;
                """
            )
        nodes = {
            name: {"resource_type": "model", "schema": name.split(".")[0], "name": name[6:]}
            for name in ("marts.fct_service_cost",)
        }
        nodes["tie"] = {
            "resource_type": "model",
            "schema": "reconciliation",
            "name": "rec_ledger_tie_out",
        }
        target = dbt_run.target_folder(workspace)
        target.mkdir(exist_ok=True)
        (target / "manifest.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
        return self.result

    def quality(self, *_: Any) -> bool:
        """Say whether the expectations are met."""
        return self.meets_expectations


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Put a pipeline without dbt in place of the real one."""
    made = Pipeline()
    monkeypatch.setattr(dbt_run, "run_dbt", made.run_dbt)
    monkeypatch.setattr(building._Build, "_quality", made.quality)
    return made


@pytest.fixture
def company(tmp_path: Path) -> Workspace:
    """Return a company with a ledger of one line."""
    folder = tmp_path / "company"
    (folder / "inputs/ledger").mkdir(parents=True)
    (folder / "workspace.yml").write_text("company: Small\n", encoding="utf-8")
    (folder / LEDGER).write_text(HEADER + "1,2025-01-31,600,10.00\n", encoding="utf-8")
    return load_workspace(folder)


def run(workspace: Workspace, **options: bool) -> tuple[int, str]:
    """Build and return the exit code and what was said."""
    out = Console(width=300, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    code = build(workspace.path, BuildOptions(**options), out)
    return code, out.export_text()


def run_in(workspace: Workspace) -> int:
    """Return which run of the pipeline is published."""
    with duckdb.connect(str(workspace.published_database), read_only=True) as connection:
        row = connection.execute("select run from marts.fct_service_cost").fetchone()
    assert row is not None
    return int(row[0])


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# when nothing changed -------------------------------------------------------------------------


def test_a_second_build_does_nothing(pipeline: Pipeline, company: Workspace) -> None:
    code, said = run(company)
    assert code == 0, said
    assert "Landing files: 1 files, 1 rows" in said
    code, said = run(company)
    assert code == 0
    assert "Nothing changed since the warehouse was published" in said
    assert "Small: IT money in USD" in said
    assert pipeline.runs == 1
    run(company, force=True)
    assert pipeline.runs == 2
    assert run_in(company) == 2
    code, said = run(company, full=True)
    assert code == 0
    assert "Nothing changed" not in said
    assert pipeline.runs == 3


def test_a_changed_project_makes_all_tables_anew(
    pipeline: Pipeline, company: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in ("as it is", "as it is", "changed"):
        monkeypatch.setattr(building, "code_fingerprint", lambda code=code: code)
        assert building.build(company.path, building.BuildOptions(force=True)) == 0
    assert pipeline.arguments == [
        ["build", "--full-refresh"],
        ["build", "--exclude-resource-type", "unit_test"],
        ["build", "--full-refresh"],
    ]


def test_what_changes_the_fingerprint(company: Workspace) -> None:
    before = fingerprint(company)
    assert fingerprint(company) == before
    (company.path / "notes.txt").write_text("not an input", encoding="utf-8")
    assert fingerprint(company) == before
    (company.path / LEDGER).write_text(HEADER + "1,2025-01-31,600,10.01\n", encoding="utf-8")
    changed = fingerprint(company)
    assert changed != before
    (company.path / "workspace.yml").write_text("company: Smaller\n", encoding="utf-8")
    assert fingerprint(load_workspace(company.path)) != changed


@pytest.mark.parametrize("name", ["models/a.sql", "macros/a.sql", "seeds/a.csv", "uv.lock"])
def test_the_project_is_part_of_the_fingerprint(
    company: Workspace, tmp_path: Path, name: str
) -> None:
    project = tmp_path / "project"
    file = project / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("one", encoding="utf-8")
    before = fingerprint(company, project)
    file.write_text("two", encoding="utf-8")
    assert fingerprint(company, project) != before
    unrelated = project / "tests/python/test_a.py"
    unrelated.parent.mkdir(parents=True)
    file.write_text("one", encoding="utf-8")
    unrelated.write_text("nothing is built from this", encoding="utf-8")
    assert fingerprint(company, project) == before


# failures -------------------------------------------------------------------------------------


def test_a_failed_test_publishes_nothing_and_is_told(
    pipeline: Pipeline, company: Workspace
) -> None:
    run(company)
    pipeline.result = DbtResult(1, done=Counter({"data tests": 1}))
    pipeline.result.failures.append(
        Failure(
            "data test", "sums_match_x", "2 rows break the rule.", "models/x.yml", "sum", ("a",)
        )
    )
    code, said = run(company, force=True)
    assert code == building.FAILED
    for text in ("data test sums_match_x", "2 rows break the rule.", "models/x.yml", "rows     a"):
        assert text in said
    assert "was not touched" in said
    assert run_in(company) == 1


def test_a_gate_tells_what_to_do(pipeline: Pipeline, company: Workspace) -> None:
    pipeline.result = DbtResult(1, gates=["mend line 3 of journal_lines.csv"])
    code, said = run(company)
    assert code == building.FAILED
    assert "- mend line 3 of journal_lines.csv" in said
    assert "Nothing is published yet" in said


def test_expectations_that_are_not_met_publish_nothing(
    pipeline: Pipeline, company: Workspace
) -> None:
    pipeline.meets_expectations = False
    assert run(company)[0] == building.FAILED
    assert not company.published_database.exists()


def test_no_publish(pipeline: Pipeline, company: Workspace) -> None:
    code, said = run(company, publish=False)
    assert code == 0
    assert "Built and tested, not published" in said
    assert not company.published_database.exists()


@pytest.mark.parametrize(
    ("settings", "told"),
    [("company: [", "not valid YAML"), ("reporting_currency: EURO", "not an ISO 4217 currency")],
)
def test_wrong_settings_are_wrong_usage(company: Workspace, settings: str, told: str) -> None:
    (company.path / "workspace.yml").write_text(settings, encoding="utf-8")
    code, said = run(company)
    assert code == building.WRONG_INPUTS
    assert told in said


def test_a_workspace_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    out = Console(width=300, record=True)
    assert build(tmp_path / "nowhere", out=out) == building.WRONG_INPUTS
    assert "There is no workspace at" in out.export_text()


# one at a time, and after a kill --------------------------------------------------------------


def test_one_build_at_a_time(pipeline: Pipeline, company: Workspace) -> None:
    with locked(company.path):
        code, said = run(company)
    assert code == building.WRONG_INPUTS
    assert f"another build of {company.path} is running (process {os.getpid()} on" in said
    assert pipeline.runs == 0
    assert run(company)[0] == 0


def test_nothing_writes_into_a_build_that_runs(company: Workspace) -> None:
    before = sorted(company.path.rglob("*"))
    with locked(company.path):
        inside = sorted(company.path.rglob("*"))
        for command in ("demo", "load"):
            result = CliRunner().invoke(main, [command, str(company.path)])
            assert result.exit_code == 1
            assert "another build of" in result.output
        assert sorted(company.path.rglob("*")) == inside
    assert set(before) <= set(inside)


def test_a_lock_file_without_a_holder_is_no_lock(pipeline: Pipeline, company: Workspace) -> None:
    (company.path / LOCK_FILE).write_text("process 1 of long ago", encoding="utf-8")
    assert run(company)[0] == 0


def test_after_a_kill_the_work_database_is_thrown_away(
    pipeline: Pipeline, company: Workspace
) -> None:
    run(company)
    with duckdb.connect(str(company.work_database)) as connection:
        connection.execute("create table half_done as select 1 as one")
    marker = company.build_folder / MARKER
    marker.write_text('{"started": "2025-01-01 00:00:00 UTC", "pid": 1}', encoding="utf-8")
    company.path.joinpath("warehouse.duckdb.new").write_text("half", encoding="utf-8")
    code, said = run(company, force=True)
    assert code == 0
    assert "started on 2025-01-01 00:00:00 UTC did not end" in said
    assert not marker.exists()
    assert not company.path.joinpath("warehouse.duckdb.new").exists()
    with duckdb.connect(str(company.work_database), read_only=True) as connection:
        rows = connection.execute("select table_name from duckdb_tables()").fetchall()
    assert ("half_done",) not in rows


def test_an_unreadable_marker_is_a_marker(pipeline: Pipeline, company: Workspace) -> None:
    company.build_folder.mkdir()
    (company.build_folder / MARKER).write_text("", encoding="utf-8")
    code, said = run(company)
    assert code == 0
    assert "started last did not end" in said


def test_a_signal_leaves_the_marker(pipeline: Pipeline, company: Workspace) -> None:
    pipeline.error = building.Stopped(signal.SIGTERM)
    code, said = run(company)
    assert code == 128 + signal.SIGTERM
    assert "Stopped (SIGTERM)" in said
    assert (company.build_folder / MARKER).exists()
    pipeline.error = None
    assert run(company)[0] == 0
    assert not (company.build_folder / MARKER).exists()


def test_an_error_removes_the_marker(pipeline: Pipeline, company: Workspace) -> None:
    pipeline.error = RuntimeError("a bug")
    with pytest.raises(RuntimeError):
        run(company)
    assert not (company.build_folder / MARKER).exists()


@contextlib.contextmanager
def started_build(workspace: Workspace, until: str) -> Iterator[subprocess.Popen[str]]:
    """Start a real build and wait until it says a text."""
    command = [sys.executable, "-m", "itfm.cli", "build", "--force", str(workspace.path)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if until in line:
                    break
            else:
                raise AssertionError("the build ended early")
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


def children_of(process: int) -> list[int]:
    """Return the processes that a process started (Linux)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == process:
                found.append(int(folder.name))
    return found


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> bool:
    """Return whether something becomes so in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.05)
    return is_so()


def is_running(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_real_build_that_is_killed_takes_dbt_with_it(
    demo_copy: Workspace, number: signal.Signals
) -> None:
    before = checksum(demo_copy.published_database)
    with started_build(demo_copy, until="dbt build ...") as process:
        assert wait_until(lambda: bool(children_of(process.pid)))
        children = children_of(process.pid)
        time.sleep(1)
        os.kill(process.pid, number)
        process.wait(30)
        assert wait_until(lambda: not any(is_running(child) for child in children))
    assert checksum(demo_copy.published_database) == before
    assert (demo_copy.build_folder / MARKER).exists()
    with locked(demo_copy.path):
        pass


def test_the_demo_company_is_published_whole(demo_workspace: Workspace) -> None:
    facts = published(demo_workspace.published_database)
    assert facts is not None
    with duckdb.connect(str(demo_workspace.published_database), read_only=True) as connection:
        differences = connection.execute(
            "select count(*) from reconciliation.rec_ledger_tie_out where difference_amount <> 0"
        ).fetchone()
        views = connection.execute(
            "select schema_name || '.' || view_name from duckdb_views() where not internal"
        ).fetchall()
        for (view,) in views:
            connection.execute(f"select * from {view} limit 1").fetchall()
    assert differences == (0,)
    assert not (demo_workspace.build_folder / MARKER).exists()


# what dbt says --------------------------------------------------------------------------------


def event(name: str, message: str = "", level: str = "info", **data: Any) -> str:
    return json.dumps({"info": {"name": name, "msg": message, "level": level}, "data": data})


def test_the_watcher_counts_what_ended() -> None:
    told: list[str] = []
    watcher = _Watcher(told.append)
    watcher.read(
        event("FoundStats", "Found 2 models, 1 seed, 3 data tests, 1 unit test, 4 sources")
    )
    watcher.read("this is no JSON")
    for kind, name in (("model", "a"), ("model", "a"), ("test", "t"), ("unit_test", "u")):
        node = {"resource_type": kind, "unique_id": f"{kind}.{name}"}
        watcher.read(event("LogModelResult", node_info=node))
    skipped = {"resource_type": "model", "unique_id": "model.b"}
    watcher.read(event("SkippingDetails", node_info=skipped))
    watcher.read(event("MainEncounteredError", "it broke", "error"))
    assert told[0] == "models 0/2, seeds 0/1, data tests 0/3, unit tests 0/1"
    assert told[-1] == "models 2/2, seeds 0/1, data tests 1/3, unit tests 1/1"
    without = _Watcher(told.append, ["unit tests"])
    without.read(event("FoundStats", "Found 2 models, 3 data tests, 1 unit test"))
    assert told[-1] == "models 0/2, data tests 0/3"
    assert watcher.errors == ["it broke"]
    assert watcher.plain == ["this is no JSON"]


def test_a_held_database_is_explained() -> None:
    watcher = _Watcher(lambda _: None)
    watcher.read(event("MainEncounteredError", 'IO Error: Could not set lock on file "x"', "error"))
    failure = dbt_run._project_failure(watcher, 2)
    assert "Close the program that holds" in failure.what_to_do
    killed = dbt_run._project_failure(_Watcher(lambda _: None), -9)
    assert "ended by signal 9" in killed.message


def test_results_are_read_back(company: Workspace) -> None:
    target = dbt_run.target_folder(company)
    target.mkdir(parents=True)
    with duckdb.connect(str(company.work_database)) as connection:
        connection.execute(
            "create schema reconciliation; create table reconciliation.rec_reject_gates as "
            "select false as passes, 'too much was rejected' as message"
        )
    failed = {"status": "fail", "failures": 2, "message": "Got 2 results"}
    results = [
        {"unique_id": "model.itfm.a", "status": "success"},
        {"unique_id": "model.itfm.b", "status": "skipped"},
        {"unique_id": "model.itfm.c", "status": "error", "message": "no such column"},
        {"unique_id": "test.itfm.t.1", **failed, "compiled_code": "select 7 as amount"},
        {"unique_id": "test.itfm.m.2", **failed, "compiled_code": "select 'rule 7' as message"},
        {"unique_id": "test.itfm.gate.3", **failed, "compiled_code": "select 1"},
        {"unique_id": "test.itfm.ok.4", "status": "pass", "failures": 0},
        {"unique_id": "unit_test.itfm.a.u", "status": "pass", "failures": 0},
    ]
    gate = {"name": "gate", "depends_on": {"nodes": ["model.itfm.rec_reject_gates"]}}
    nodes = {"model.itfm.c": {"name": "c", "original_file_path": "models/c.sql"}}
    nodes["test.itfm.gate.3"] = gate
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    file = target / "run_results.json"
    file.write_text(json.dumps({"results": results}), encoding="utf-8")
    result = DbtResult(1)
    dbt_run._read_results(result, file, company)
    assert result.gates == ["too much was rejected"]
    assert not result.passed
    assert result.text() == "2 models, 4 data tests, 1 unit tests, 4 failed, 1 skipped"
    told = "\n".join(line for failure in result.failures for line in failure.lines())
    for text in ("model c", "no such column", "models/c.sql", "amount=7", "rows     rule 7"):
        assert text in told
    assert "test.itfm.gate.3" not in told
    dbt_run.write_tests(company.work_database, result)
    with duckdb.connect(str(company.work_database), read_only=True) as connection:
        rows = connection.execute("select * from quality.test_results order by all").fetchall()
    assert ("data test", "ok", "pass", 0) in rows
    assert ("unit test", "u", "pass", None) in rows
    result.tests = [("data test", "ok", "fail", 3)]  # unit tests were not run again
    dbt_run.write_tests(company.work_database, result)
    with duckdb.connect(str(company.work_database), read_only=True) as connection:
        rows = connection.execute("select * from quality.test_results order by all").fetchall()
    assert rows == [("data test", "ok", "fail", 3), ("unit test", "u", "pass", None)]


def test_demo_inputs_that_a_kill_left_half_written_are_written_again(tmp_path: Path) -> None:
    assert not building.has_demo_inputs(tmp_path)
    (tmp_path / "inputs/ledger").mkdir(parents=True)
    assert not building.has_demo_inputs(tmp_path)
    (tmp_path / LEDGER).write_text(HEADER, encoding="utf-8")
    assert building.has_demo_inputs(tmp_path)
    (tmp_path / building.DEMO_MARKER).touch()
    assert not building.has_demo_inputs(tmp_path)


def test_half_a_demo_company_is_not_built(company: Workspace) -> None:
    (company.path / building.DEMO_MARKER).touch()
    code, said = run(company)
    assert code == building.WRONG_INPUTS
    assert f"run `itfm demo {company.path}` again" in said


def test_the_demo_leaves_nothing_in_the_folder_of_another_company(company: Workspace) -> None:
    with pytest.raises(UserError, match="another company"):
        building.write_demo_inputs(company.path)
    assert not (company.path / building.DEMO_MARKER).exists()


def test_a_file_that_a_mapping_looks_values_up_in_is_part_of_the_fingerprint(
    company: Workspace,
) -> None:
    roles = company.path / "inputs/raw/roles.csv"
    roles.parent.mkdir()
    roles.write_text("id,name\n1,Licences\n", encoding="utf-8")
    (company.path / "inputs/raw/lines.csv").write_text("id,role\n1,1\n", encoding="utf-8")
    (company.path / "workspace.yml").write_text(
        """
company: Small
mappings:
  ledger.journal_lines:
    - files: inputs/raw/lines.csv
      columns: {line_id: id}
      lookups:
        description: {from: role, file: inputs/raw/roles.csv, key: id, value: name}
""",
        encoding="utf-8",
    )
    before = fingerprint(load_workspace(company.path))
    roles.write_text("id,name\n1,Licences and more\n", encoding="utf-8")
    assert fingerprint(load_workspace(company.path)) != before


def test_a_file_delivered_twice_stops_the_build(pipeline: Pipeline, company: Workspace) -> None:
    parts = company.path / "inputs/ledger/journal_lines"
    parts.mkdir()
    (parts / "copy.csv").write_bytes((company.path / LEDGER).read_bytes())
    code, said = run(company)
    assert code == 2
    assert "are the same file, byte for byte" in said
    assert "Delete one, or if both are meant" in said
    assert pipeline.runs == 0


def test_after_a_kill_the_cleaning_says_what_happens(
    pipeline: Pipeline, company: Workspace
) -> None:
    run(company)
    marker = company.build_folder / MARKER
    marker.write_text('{"started": "2025-01-01 00:00:00 UTC", "pid": 1}', encoding="utf-8")
    code, said = run(company)
    assert code == 0
    assert "did not end; its work database is thrown away." in said
    assert "built again." not in said
    assert "Nothing changed" in said
    assert pipeline.runs == 1
    company.build_folder.mkdir(exist_ok=True)
    marker.write_text('{"started": "2025-01-01 00:00:00 UTC", "pid": 1}', encoding="utf-8")
    code, said = run(company, force=True)
    assert "thrown away and everything is built again." in said
    assert pipeline.runs == 2
