"""One command from a company's files to its published warehouse.

Files are landed, dbt builds and tests the work database, Great Expectations judges it, and only
then the published warehouse is replaced. When nothing changed since the last publication, nothing
is done. A build that was killed is noticed by the next one, which starts clean.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from itfm import publish as publishing
from itfm.contract import project_folder
from itfm.errors import UserError
from itfm.fingerprint import code_fingerprint, fingerprint
from itfm.process import Child, Stopped, python_module, stop_on_signals
from itfm.progress import Phase, console
from itfm.workspace import DEFAULT_WORKSPACE, Workspace, load_workspace

DONE = 0
FAILED = 1
WRONG_INPUTS = 2
LOCK_FILE = ".build.lock"
MARKER = "IN_PROGRESS"
BUILT_BY = "built_by"
DEMO_MARKER = ".demo_incomplete"
SHOWN_FAILURES = 10
SHOWN_PROBLEMS = 10


class BuildLockedError(UserError):
    """Another build of the same workspace is running."""


@dataclass(frozen=True)
class BuildOptions:
    """What a build may skip and what it must not."""

    force: bool = False
    full: bool = False
    publish: bool = True
    restate: bool = False


def build(path: Path | str, options: BuildOptions | None = None, out: Console | None = None) -> int:
    """Build, test and publish a workspace; return the exit code.

    0: published, or nothing to do. 1: a model or a test failed. 2: the workspace or its files
    cannot be used. 128 + n: stopped by signal n. In all but the first case the published warehouse
    is as it was.
    """
    shown = out or console()
    try:
        with stop_on_signals():
            return _Build(Path(path), options or BuildOptions(), shown).run()
    except Stopped as stopped:
        shown.print(
            f"\nStopped ({stopped}). The published warehouse is as it was; the next build starts "
            "clean.",
            style="yellow",
            markup=False,
        )
        return stopped.exit_code
    except UserError as error:
        shown.print(f"Cannot build: {error}", style="red", markup=False)
        return WRONG_INPUTS


def publish_as_it_stands(
    path: Path | str, out: Console | None = None, *, restate: bool = False
) -> int:
    """Publish the work database without building it, as after a plain `dbt build`.

    What ties it to the ledger is looked at once more; tests are not run again. Returns the exit
    code: 1 when it does not tie, 2 when there is nothing to publish.
    """
    shown = out or console()
    try:
        workspace = load_workspace(path)
        with stop_on_signals(), locked(workspace.path):
            if (workspace.build_folder / MARKER).is_file():
                raise UserError("the last build did not end; run `itfm build` instead.")
            if not workspace.work_database.is_file():
                raise UserError(f"there is no {workspace.work_database}; run `itfm build` instead.")
            if faults := publishing.faults(workspace.work_database):
                for fault in faults:
                    shown.print(f"Not published: {fault}", style="red", markup=False)
                return FAILED
            publishing.publish(workspace, fingerprint="", restate=restate)
    except Stopped as stopped:
        return stopped.exit_code
    except UserError as error:
        shown.print(f"Cannot publish: {error}", style="red", markup=False)
        return WRONG_INPUTS
    shown.print(f"Published {_shown(workspace.published_database)}", markup=False)
    return DONE


class _Build:
    def __init__(self, path: Path, options: BuildOptions, out: Console):
        self.path = path
        self.options = options
        self.out = out

    def run(self) -> int:
        self._demo_inputs()
        workspace = load_workspace(self.path)
        for note in workspace.notes:
            self._say(f"Note: {note}")
        with locked(workspace.path) as lock:
            return self._build(workspace, lock)

    def _build(self, workspace: Workspace, lock: int) -> int:
        publishing.remove_leftovers(workspace)
        state = fingerprint(workspace)
        known = publishing.published(workspace.published_database)
        is_current = known is not None and known.fingerprint == state
        is_needed = self.options.force or self.options.full or not is_current
        self._clean_after_a_kill(workspace, is_needed)
        if known is not None and not is_needed:
            self._say(
                f"Nothing changed since the warehouse was published on {known.published_at} UTC; "
                "`itfm build --force` builds it again.\n"
            )
            self._summary(workspace)
            return DONE
        if self.options.full:
            shutil.rmtree(workspace.build_folder, ignore_errors=True)
        with in_progress(workspace):
            self._land(workspace)
            passed = self._dbt(workspace, lock) and self._quality(workspace, lock)
            if passed and self.options.publish:
                self._publish(workspace, state)
        if not passed:
            self._say_what_readers_see(workspace)
            return FAILED
        if not self.options.publish:
            self._say(f"Built and tested, not published: {workspace.work_database}")
            return DONE
        self._say("")
        self._summary(workspace)
        return DONE

    # steps --------------------------------------------------------------------------------

    def _demo_inputs(self) -> None:
        demo = project_folder() / DEFAULT_WORKSPACE
        if self.path.resolve() == demo.resolve() and not has_demo_inputs(demo):
            with Phase(self.out, "Writing the inputs of the demo company") as phase:
                write_demo_inputs(demo, progress=phase.update)
        elif (self.path / DEMO_MARKER).exists():
            raise UserError(
                f"the demo company in {self.path} was not written to its end; run "
                f"`itfm demo {self.path}` again."
            )

    def _clean_after_a_kill(self, workspace: Workspace, is_needed: bool) -> None:
        marker = workspace.build_folder / MARKER
        if marker.is_file():
            self._say(
                f"The build that started {_started(marker)} did not end; its work database is "
                f"thrown away{' and everything is built again' if is_needed else ''}."
            )
            shutil.rmtree(workspace.build_folder)

    def _land(self, workspace: Workspace) -> None:
        from itfm.contents import stop_on_duplicates
        from itfm.landing import load_into_work_database

        with Phase(self.out, "Landing files") as phase:
            files, problems = load_into_work_database(workspace.path)
            rows = sum(file.row_count for file in files)
            phase.done(f"{len(files)} files, {rows:,} rows")
        stop_on_duplicates(problems)
        for problem in problems[:SHOWN_PROBLEMS]:
            self._say(f"  warning: {problem.message}", style="yellow")
        if len(problems) > SHOWN_PROBLEMS:
            self._say(
                f"  and {len(problems) - SHOWN_PROBLEMS} more; `itfm check` lists them all.",
                style="yellow",
            )

    def _dbt(self, workspace: Workspace, lock: int) -> bool:
        from itfm.dbt_run import run_dbt, target_folder, write_tests

        # when the project itself changed, tables that are kept are made anew and the SQL is proven
        code, built_by = code_fingerprint(), workspace.build_folder / BUILT_BY
        is_known = built_by.is_file() and built_by.read_text(encoding="utf-8") == code
        if not is_known:  # what dbt remembers of files that moved would fail
            (target_folder(workspace) / "partial_parse.msgpack").unlink(missing_ok=True)
        only_data = ["--exclude-resource-type", "unit_test"]
        arguments = ["build", *(only_data if is_known else ["--full-refresh"])]
        with Phase(self.out, "dbt build") as phase:
            result = run_dbt(arguments, workspace, phase.update, keep_open=[lock])
            if workspace.work_database.is_file():
                write_tests(workspace.work_database, result)
            phase.done(result.text())
        if result.passed:
            built_by.write_text(code, encoding="utf-8")
        if result.gates:
            self._say("\nThe delivered files do not keep the limits of the workspace:", style="red")
            for message in result.gates:
                self._say(f"  - {message}", style="red")
        failures = result.failures
        if failures:
            self._say(f"\n{len(failures)} failed:", style="red")
        for failure in failures[:SHOWN_FAILURES]:
            self._say("")
            for line in failure.lines():
                self._say(f"  {line}")
        if len(failures) > SHOWN_FAILURES:
            log = workspace.build_folder / "logs" / "dbt.log"
            self._say(f"\n  and {len(failures) - SHOWN_FAILURES} more, see {log}")
        return result.passed

    def _quality(self, workspace: Workspace, lock: int) -> bool:
        arguments = ["--workspace", str(workspace.path)]
        command = python_module("itfm.quality", *arguments)
        lines: list[str] = []
        with Phase(self.out, "Great Expectations") as phase:
            with Child(command, cwd=project_folder(), keep_open=[lock]) as child:
                for line in child.lines():
                    lines.append(line)
                    phase.update(line.removeprefix("... "))
                code = child.wait()
            last = next((line for line in reversed(lines) if line.strip()), "no result")
            phase.done(last)
        if code != DONE:
            told = [line for line in lines[:-1] if not line.startswith("...")]
            for line in told or ["It ended without a word; run `itfm quality`."]:
                self._say(f"  {line}", style="red")
        return code == DONE

    def _publish(self, workspace: Workspace, state: str) -> None:
        from itfm.dbt_run import target_folder

        with Phase(self.out, "Publishing") as phase:
            relations = publishing.manifest_relations(target_folder(workspace) / "manifest.json")
            publishing.publish(
                workspace, state, known_relations=relations, restate=self.options.restate
            )
            size = workspace.published_database.stat().st_size / 1024 / 1024
            phase.done(f"{_shown(workspace.published_database)}, {size:,.0f} MB")

    def _summary(self, workspace: Workspace) -> None:
        from itfm.summary import show

        show(workspace, self.out)

    def _say_what_readers_see(self, workspace: Workspace) -> None:
        known = publishing.published(workspace.published_database)
        if known is None:
            before = "Nothing is published yet."
        else:
            before = f"The warehouse published on {known.published_at} UTC was not touched."
        self._say(
            f"\nThe build failed. {before} What was built stands in "
            f"{_shown(workspace.work_database)} for a look.",
            style="red",
        )

    def _say(self, text: str, style: str | None = None) -> None:
        self.out.print(text, style=style, markup=False)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Hold the lock of the workspace; yield its descriptor, which children keep open.

    The system gives the lock up when the last process that holds it ends, however it ends.
    """
    path = folder / LOCK_FILE
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise BuildLockedError(f"{path} cannot be written: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 1000, 0).decode("utf-8", "replace").strip()
            raise BuildLockedError(
                f"another build of {folder} is running ({holder or 'unknown process'}). "
                "Wait until it ends."
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _who_and_when().encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def in_progress(workspace: Workspace) -> Iterator[None]:
    """Keep a marker in the build folder until the block ends by itself or with an error.

    A signal leaves it there, as a kill does, so that the next build starts clean.
    """
    marker = workspace.build_folder / MARKER
    marker.parent.mkdir(exist_ok=True)
    marker.write_text(json.dumps({"started": _now(), "pid": os.getpid()}), encoding="utf-8")
    try:
        yield
    except Exception:
        marker.unlink(missing_ok=True)
        raise
    marker.unlink(missing_ok=True)


def has_demo_inputs(folder: Path) -> bool:
    """Return whether inputs stand in the folder, and are not what a killed command left there."""
    inputs = folder / "inputs"
    is_begun = (folder / DEMO_MARKER).exists()
    return not is_begun and inputs.is_dir() and any(path.is_file() for path in inputs.rglob("*"))


def write_demo_inputs(folder: Path, **options: Any) -> None:
    """Write the demo company into a folder; a marker stands there until it is complete."""
    from itfm.demo import generate

    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / DEMO_MARKER
    # where nothing was ever built, nothing can be running
    is_built = (folder / LOCK_FILE).exists()
    with locked(folder) if is_built else contextlib.nullcontext():
        marker.touch()
        try:
            generate(folder, **options)
        except UserError:  # it wrote nothing
            marker.unlink()
            raise
        marker.unlink()


def _started(marker: Path) -> str:
    try:
        return f"on {json.loads(marker.read_text(encoding='utf-8'))['started']}"
    except (ValueError, KeyError, TypeError):
        return "last"


def _who_and_when() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}, since {_now()}"


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _shown(path: Path) -> str:
    """Return the path as short as it can be named from here."""
    with contextlib.suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)
