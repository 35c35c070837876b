"""Which delivered file belongs to which table of the contract, and what is lying around."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from itfm.contract import Table, did_you_mean
from itfm.errors import LandingError
from itfm.textfiles import normalise_header
from itfm.workspace import Mapping, Workspace, inside

TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
PARQUET_ENDINGS = (".parquet", ".pq")
COMPANIONS = ("*.md", "*.json", "*.yml", "*.yaml", "*.crc", "*.sql", "*.log", "*.ini", "*.db")
INCOMPLETE = "_INCOMPLETE"
RAW_FOLDER = "raw"
DELIVERY_KEY = "delivery"


@dataclass(frozen=True)
class Problem:
    """Something that the owner of the workspace should know, and what to do about it."""

    severity: str
    kind: str
    message: str
    file_name: str | None = None
    line_number: int | None = None
    column_name: str | None = None
    value: str | None = None
    domain: str | None = None
    table_name: str | None = None


@dataclass(frozen=True)
class InputFile:
    """One file that is read as one table, by its name or through a mapping."""

    table: Table
    path: Path
    name: str
    kind: str
    bytes: int
    modified_ns: int
    partitions: tuple[tuple[str, str | None], ...] = ()
    delivery_id: str = ""
    mapping: Mapping | None = None

    @property
    def stem(self) -> str:
        """Return the name of the file without its endings."""
        return _stem(self.path.name)


@dataclass
class Survey:
    """The files found, those that lookups read, and the problems seen on the way."""

    files: list[InputFile] = field(default_factory=list)
    lookup_files: dict[str, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def of(self, table: Table) -> list[InputFile]:
        """Return the files of one table in the order of their names."""
        return [file for file in self.files if file.table.full_name == table.full_name]


def survey(workspace: Workspace, *, keep_going: bool = False) -> Survey:
    """Look through the workspace: nothing is opened, only names are read.

    A path that leads out of the workspace or nowhere stops it with a LandingError; with
    `keep_going` it is one of the problems and left out.
    """
    return _Surveyor(workspace, keep_going).run()


class _Surveyor:
    def __init__(self, workspace: Workspace, keep_going: bool):
        self.workspace = workspace
        self.keep_going = keep_going
        self.contract = workspace.contract
        self.result = Survey()
        self.mapped: dict[Path, set[str]] = {}

    def run(self) -> Survey:
        self._mappings()
        self._inputs()
        self._cost_model()
        self.result.files.sort(
            key=lambda f: (f.table.full_name, f.name, f.mapping.position if f.mapping else 0)
        )
        return self.result

    # mappings -----------------------------------------------------------------------------

    def _mappings(self) -> None:
        root = self.workspace.path
        for entries in self.workspace.mappings.values():
            for mapping in entries:
                found = [p for p in sorted(root.glob(mapping.files)) if p.is_file()]
                found = [p for p in found if not _is_hidden(p.name)]
                if not found:
                    self._problem(
                        "error",
                        "mapping_without_files",
                        f"{mapping.name}: no file matches {mapping.files}. Put the files there, "
                        "or correct the pattern in workspace.yml.",
                    )
                for lookup in mapping.lookups.values():
                    self._lookup_file(lookup.file)
                for path in found:
                    self.mapped.setdefault(path, set()).add(mapping.table)
                    self._add(self.contract.table(mapping.table), path, root, "", mapping)

    def _lookup_file(self, name: str) -> None:
        path = self.workspace.path / name
        if path.is_file() and self._stays_inside(path, self.workspace.path):
            self.result.lookup_files[name] = path

    # inputs -------------------------------------------------------------------------------

    def _inputs(self) -> None:
        inputs = self.workspace.inputs
        if not inputs.is_dir():
            self._problem(
                "error",
                "no_inputs",
                f"There is no folder {inputs}. Put the ledger in inputs/ledger/journal_lines.csv.",
            )
            return
        if not self._stays_inside(inputs, self.workspace.path):
            return
        for entry in sorted(inputs.iterdir()):
            if _is_hidden(entry.name) or entry.name == RAW_FOLDER:
                continue
            domain = normalise_header(entry.name)
            known = [d for d in self.contract.domains if d != "cost_model"]
            if self._only_mapped(entry, or_looked_up=domain not in known):
                continue
            if entry.is_dir() and domain in known:
                self._domain(domain, entry, "")
            elif entry.is_dir():
                self._problem(
                    "error",
                    "unknown_domain",
                    f"inputs/{entry.name}/ is not a domain, so its files are not read."
                    f"{did_you_mean(domain, known)} Known are {', '.join(known)}; files for "
                    "mappings go to inputs/raw/.",
                    f"inputs/{entry.name}/",
                )
            elif not _is_companion(entry.name):
                self._problem(
                    "error",
                    "unknown_file",
                    f"inputs/{entry.name} stands in no domain, so it is not read. Move it to "
                    f"inputs/<domain>/.{self._closest_table(_stem(entry.name))}",
                    f"inputs/{entry.name}",
                )

    def _cost_model(self) -> None:
        workspace = self.workspace
        if workspace.cost_model.is_dir():
            self._domain("cost_model", workspace.cost_model, workspace.cost_model_name)
        else:
            self._problem(
                "warning",
                "no_cost_model",
                f"There is no folder {workspace.cost_model}: without rules all cost stays "
                "unclassified. `itfm init` writes a starter cost model to copy.",
            )

    def _domain(self, domain: str, folder: Path, shown: str) -> None:
        root = workspace_root = self.workspace.path
        if shown:
            root = folder if not folder.is_relative_to(workspace_root) else workspace_root
            shown = "" if root == workspace_root else shown
        if not self._stays_inside(folder, root, shown):
            return
        tables = {table.name: table for table in self.contract.domain_tables(domain)}
        for entry in sorted(folder.iterdir()):
            if _is_hidden(entry.name):
                continue
            name = normalise_header(entry.name if entry.is_dir() else _stem(entry.name))
            where = self._shown(entry, root, shown)
            if entry.is_dir() and name in tables:
                self._table_folder(tables[name], entry, root, shown)
            elif name not in tables and self._only_mapped(entry):
                continue
            elif entry.is_dir() or (not _is_companion(entry.name) and name not in tables):
                self._problem(
                    "error",
                    "unknown_file",
                    f"{where} is not a table of {domain}, so it is not read."
                    f"{did_you_mean(name, list(tables))} Known are {', '.join(tables)}; several "
                    "files of one table go into a folder of its name.",
                    where,
                )
            elif name in tables and not self._is_mapped(entry, tables[name]):
                self._add(tables[name], entry, root, shown)

    def _table_folder(self, table: Table, folder: Path, root: Path, shown: str) -> None:
        for path in self._files_below(folder, root, shown, set()):
            if not self._is_mapped(path, table):
                self._add(table, path, root, shown, below=folder)

    def _files_below(self, folder: Path, root: Path, shown: str, seen: set[Path]) -> Iterator[Path]:
        if not self._stays_inside(folder, root, shown):
            return
        if folder.resolve() in seen:
            return
        seen.add(folder.resolve())
        if (folder / INCOMPLETE).exists():
            self._problem(
                "warning",
                "incomplete_delivery",
                f"{self._shown(folder, root, shown)} holds a file {INCOMPLETE} and is skipped. "
                "Delete that file when the delivery is complete.",
                self._shown(folder, root, shown),
            )
            return
        for entry in sorted(folder.iterdir()):
            if _is_hidden(entry.name):
                continue
            if entry.is_dir():
                yield from self._files_below(entry, root, shown, seen)
            else:
                yield entry

    # files --------------------------------------------------------------------------------

    def _add(
        self,
        table: Table,
        path: Path,
        root: Path,
        shown: str,
        mapping: Mapping | None = None,
        below: Path | None = None,
    ) -> None:
        if not self._stays_inside(path, root, shown):
            return
        name = self._shown(path, root, shown)
        kind = _kind(path.name)
        if kind is None:
            if not _is_companion(path.name):
                self._problem(
                    "error",
                    "unknown_format",
                    f"{name} is neither CSV nor Parquet, so it is not read. Save it as CSV UTF-8 "
                    "(endings .csv, .tsv, .txt, each also with .gz) or .parquet.",
                    name,
                )
            return
        try:
            status = path.stat()
        except OSError as error:
            self._refuse(
                f"{name}: the file cannot be opened ({error.strerror}). Is it a broken link?", name
            )
            return
        folders = path.relative_to(below).parts[:-1] if below else ()
        self.result.files.append(
            InputFile(
                table=table,
                path=path,
                name=name,
                kind=kind,
                bytes=status.st_size,
                modified_ns=status.st_mtime_ns,
                partitions=_partitions(folders),
                delivery_id=_delivery_id(folders),
                mapping=mapping,
            )
        )

    def _shown(self, path: Path, root: Path, shown: str) -> str:
        relative = path.relative_to(root).as_posix()
        return f"{shown.rstrip('/')}/{relative}" if shown else relative

    def _only_mapped(self, entry: Path, or_looked_up: bool = True) -> bool:
        """Return whether mappings read this file, or files of this folder and no others."""
        read = set(self.mapped)
        if or_looked_up:
            read |= set(self.result.lookup_files.values())
        if entry in read:
            return True
        if not entry.is_dir() or not any(path.is_relative_to(entry) for path in read):
            return False
        files = {p for p in entry.rglob("*") if p.is_file() and not _is_hidden(p.name)}
        return files <= read

    def _is_mapped(self, path: Path, table: Table) -> bool:
        return table.full_name in self.mapped.get(path, ())

    def _stays_inside(self, path: Path, root: Path, shown: str = "") -> bool:
        if inside(root, path):
            return True
        self._refuse(
            f"{path} leads out of the workspace, to {path.resolve()}. Input files must stand "
            "in the workspace itself; copy or move them there.",
            self._shown(path, root, shown),
        )
        return False

    def _refuse(self, message: str, name: str) -> None:
        """Stop on a path that cannot be used, or report it and go on."""
        if not self.keep_going:
            raise LandingError(message)
        self._problem("error", "unreadable_file", message, name)

    def _closest_table(self, name: str) -> str:
        names = {table.name: table.full_name for table in self.contract.tables}
        found = did_you_mean(normalise_header(name), list(names))
        for short, full in names.items():
            found = found.replace(f" {short}?", f" inputs/{full.replace('.', '/')}.csv?")
        return found

    def _problem(
        self,
        severity: str,
        kind: str,
        message: str,
        file_name: str | None = None,
    ) -> None:
        self.result.problems.append(Problem(severity, kind, message, file_name))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_", "~"))


def _is_companion(name: str) -> bool:
    return any(fnmatch.fnmatch(name.lower(), pattern) for pattern in COMPANIONS)


def _kind(name: str) -> str | None:
    lowered = name.lower()
    if lowered.endswith(PARQUET_ENDINGS):
        return "parquet"
    return "csv" if lowered.endswith(TEXT_ENDINGS) else None


def _stem(name: str) -> str:
    for ending in sorted((*TEXT_ENDINGS, *PARQUET_ENDINGS), key=len, reverse=True):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return Path(name).stem


def _delivery_id(folders: tuple[str, ...]) -> str:
    """Return the delivery that the folders below a table name; empty for files side by side.

    It is the first folder that is not a partition (key=value), or the value of delivery=value.
    """
    for folder in folders:
        partition = _partitions((folder,))
        if not partition:
            return folder
        key, value = partition[0]
        if key == DELIVERY_KEY:
            return value or ""
    return ""


def _partitions(folders: tuple[str, ...]) -> tuple[tuple[str, str | None], ...]:
    found = []
    for folder in folders:
        key, sign, value = folder.partition("=")
        if sign and normalise_header(key):
            text = unquote(value)
            empty = text in ("", "__HIVE_DEFAULT_PARTITION__")
            found.append((normalise_header(key), None if empty else text))
    return tuple(found)
