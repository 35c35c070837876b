"""One short text that changes when anything a build depends on changes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from itfm.contract import project_folder
from itfm.survey import survey
from itfm.workspace import Workspace

PROJECT_FILES = ("dbt_project.yml", "profiles.yml", "uv.lock", "pyproject.toml")
PROJECT_FOLDERS = ("models", "macros", "seeds", "tests", "scripts")
NOT_BUILT_FROM = ("tests/python",)
SKIPPED = ("__pycache__",)


def fingerprint(workspace: Workspace, project: Path | None = None) -> str:
    """Return the fingerprint of the workspace and of the project that builds it.

    Files of the project are compared by content; delivered files, which can be large, by name,
    size and time of the last change.
    """
    digest = hashlib.blake2b(digest_size=16)
    _add(digest, "project", code_fingerprint(project).encode())
    if workspace.settings_file.is_file():
        _add(digest, workspace.settings_file.name, workspace.settings_file.read_bytes())
    found = survey(workspace)
    for file in sorted(found.files, key=lambda one: (one.table.full_name, one.name)):
        state = f"{file.table.full_name} {file.bytes} {file.modified_ns}"
        _add(digest, file.name, state.encode())
    for name, path in sorted(found.lookup_files.items()):
        status = path.stat()
        _add(digest, name, f"lookup {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()


def code_fingerprint(project: Path | None = None) -> str:
    """Return the fingerprint of the project alone, whatever company it builds."""
    folder = project or project_folder()
    digest = hashlib.blake2b(digest_size=16)
    for path in _project_files(folder):
        _add(digest, path.relative_to(folder).as_posix(), path.read_bytes())
    return digest.hexdigest()


def _add(digest: hashlib.blake2b, name: str, content: bytes) -> None:
    for part in (name.encode(), content):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)


def _project_files(folder: Path) -> Iterator[Path]:
    for name in PROJECT_FILES:
        if (folder / name).is_file():
            yield folder / name
    skipped = {folder / name for name in NOT_BUILT_FROM}
    for top in PROJECT_FOLDERS:
        for root, folders, files in os.walk(folder / top):
            folders[:] = sorted(
                name for name in folders if name not in SKIPPED and Path(root) / name not in skipped
            )
            for name in sorted(files):
                if not name.startswith("."):
                    yield Path(root) / name
