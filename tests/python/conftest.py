"""One small demo company, built once for all tests that read a whole warehouse."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from itfm.workspace import Workspace, load_workspace

TEST_WORKSPACE_VARIABLE = "ITFM_TEST_WORKSPACE"
LEDGER_LINES = 5_000
CLOUD_ROWS = 3_000


@pytest.fixture(scope="session")
def demo_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a small demo company with its published warehouse; only for reading.

    `make test` has built one already and names it in ITFM_TEST_WORKSPACE.
    """
    named = os.environ.get(TEST_WORKSPACE_VARIABLE)
    if named and (Path(named) / "warehouse.duckdb").is_file():
        return load_workspace(named)
    from itfm.build import build
    from itfm.demo import generate

    folder = tmp_path_factory.mktemp("demo") / "ws"
    folder.mkdir()
    generate(folder, ledger_lines=LEDGER_LINES, cloud_rows=CLOUD_ROWS)
    out = Console(width=200, record=True)
    assert build(folder, out=out) == 0, out.export_text()
    return load_workspace(folder)


@pytest.fixture
def demo_copy(demo_workspace: Workspace, tmp_path: Path) -> Workspace:
    """Return a copy of the small demo company that a test may break."""
    copy = tmp_path / "demo"
    shutil.copytree(demo_workspace.path, copy, ignore=shutil.ignore_patterns("target", "logs"))
    settings = (copy / "workspace.yml").read_text(encoding="utf-8")
    lines = [line for line in settings.splitlines() if not line.startswith("cost_model:")]
    rules = os.path.relpath(demo_workspace.cost_model, copy)
    (copy / "workspace.yml").write_text(
        "\n".join([f"cost_model: {rules}", *lines]) + "\n", encoding="utf-8"
    )
    return load_workspace(copy)


@pytest.fixture
def plain_console() -> Callable[[], Console]:
    """Return a maker of consoles whose text a test can read back."""
    return lambda: Console(width=200, record=True, quiet=False)
