"""The company's files as text tables in the schema landing of the work database.

Nothing is cast and nothing is dropped here: every record of every file becomes a row with the
file and line that it came from, or a row of landing.malformed_rows. A file that did not change
since the last load is not read again. New tables are written beside the old ones and take their
place in one transaction, so that a load that fails or is killed leaves the last one whole.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import duckdb

from itfm import lookups, textfiles
from itfm.contents import content_problems
from itfm.contract import TECHNICAL_COLUMNS, Table, did_you_mean
from itfm.errors import LandingError
from itfm.lookups import LookupTable, not_found_message, read_lookup, trimmed
from itfm.survey import InputFile, Problem, Survey, survey
from itfm.textfiles import Header, TextFile, column_names, normalise_header
from itfm.workspace import FILE, LINE, LITERAL, Formats, Lookup, Mapping, Workspace, load_workspace

PARQUET_VIEW_BYTES = 256 * 1024 * 1024
NEW = "__new"
MALFORMED = "malformed_row"
UNKNOWN_COLUMN = "unknown_column"
UNCLEAR_HEADER = "unclear_header"
NEAR_MISS = 0.8  # how like a header must be to a column to be taken for a slip of the keyboard
OWN_COLUMN = "x_"  # how the name of a column begins that a company keeps for itself
STATE_TABLES = {
    "settings": "name varchar, value varchar",
    "files": "domain varchar, table_name varchar, file_name varchar, format varchar, "
    "bytes bigint, row_count bigint, malformed_count bigint, fingerprint varchar, "
    "headers varchar",
    "tables": "domain varchar, table_name varchar, fingerprint varchar",
    "malformed_rows": "domain varchar, table_name varchar, file_name varchar, "
    "line_number bigint, reason_code varchar, raw_row varchar",
    "problems": "severity varchar, kind varchar, message varchar, file_name varchar, "
    "line_number bigint, column_name varchar, value varchar, domain varchar, table_name varchar",
}


@dataclass(frozen=True)
class LoadedFile:
    """One delivered file in the landing schema."""

    domain: str
    table: str
    file_name: str
    format: str
    bytes: int
    row_count: int
    malformed_count: int
    fingerprint: str
    was_read: bool


@dataclass
class _Opened:
    """A file whose columns are known."""

    file: InputFile
    formats: Formats
    headers: tuple[Header, ...]
    text: TextFile | None = None
    parquet_columns: tuple[tuple[str, str], ...] = ()
    lookups: dict[str, LookupTable] = field(default_factory=dict)
    not_found: list[Problem] = field(default_factory=list)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(header.column for header in self.headers)


@dataclass
class _Outcome:
    """What reading one file gave."""

    rows: int = 0
    malformed: list[tuple[int, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Rebuilt:
    """A table, or what is new of it, written beside the old one and waiting to take its place."""

    table: Table
    fingerprint: str
    is_view: bool = False
    files: list[LoadedFile] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    malformed: list[tuple[str, int, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    reused: set[str] = field(default_factory=set)
    in_place: bool = False  # what was written is added to the reused rows of the old table


def load(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    *,
    keep_going: bool = False,
    parquet_view_bytes: int = PARQUET_VIEW_BYTES,
) -> list[LoadedFile]:
    """Bring the schema landing up to date with the files of the workspace.

    A file that cannot be read at all stops the load with a LandingError that names every such
    file; with `keep_going` it is recorded in landing.problems as an error and left out.
    """
    return _Loader(connection, workspace, keep_going, parquet_view_bytes).run()


def problems(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    """Return what the last load found wrong with files, headers and mappings.

    What holds for a file as a whole is told once, however many tables the file is mapped onto.
    """
    rows = connection.execute(
        "select severity, kind, message, file_name, line_number, column_name, value, domain, "
        "table_name from landing.problems order by all"
    ).fetchall()
    found: dict[str, Problem] = {}
    for row in rows:
        problem = Problem(*row)
        found.setdefault(problem.message, problem)
    return list(found.values())


class _Loader:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        workspace: Workspace,
        keep_going: bool,
        parquet_view_bytes: int,
    ):
        self.connection = connection
        self.workspace = workspace
        self.keep_going = keep_going
        self.parquet_view_bytes = parquet_view_bytes
        self.survey = Survey()
        self.unreadable: list[Problem] = []
        self.scratch = Path()
        self.relations: dict[str, str] = {}
        self.stored: dict[str, str] = {}
        self.lookups: dict[Lookup, LookupTable] = {}
        self.version = _version()

    def run(self) -> list[LoadedFile]:
        self.survey = survey(self.workspace, keep_going=self.keep_going)
        self.survey.problems += content_problems(self.survey.files)
        self._create_state()
        self._drop_leftovers()
        self.relations = self._relations()
        self.stored = dict(
            self._execute(
                "select domain || '.' || table_name, fingerprint from landing.tables"
            ).fetchall()
        )
        with self._settings_for_reading(), self._scratch_folder():
            rebuilt = []
            try:
                for table in self.workspace.contract.tables:
                    result = self._table(table)
                    if result is not None:
                        rebuilt.append(result)
                if self.unreadable and not self.keep_going:
                    messages = dict.fromkeys(problem.message for problem in self.unreadable)
                    raise LandingError("\n".join(messages))
                self._swap(rebuilt)
            except BaseException:
                self._drop_leftovers()
                raise
        return self._loaded({r.table.full_name: r.reused for r in rebuilt})

    # state --------------------------------------------------------------------------------

    def _create_state(self) -> None:
        existing = self._relations()
        if existing.keys() >= STATE_TABLES.keys():
            return
        self._execute("create schema if not exists landing")
        for name, columns in STATE_TABLES.items():
            self._execute(f"create table if not exists landing.{name} ({columns})")

    def _relations(self) -> dict[str, str]:
        rows = self._execute(
            "select table_name, table_type from information_schema.tables "
            "where table_schema = 'landing' and table_catalog = current_database()"
        ).fetchall()
        return dict(rows)

    def _drop_leftovers(self) -> None:
        for name, kind in self._relations().items():
            if NEW in name:
                self._drop(name, kind)

    def _drop(self, name: str, kind: str | None) -> None:
        if kind:
            what = "view" if kind == "VIEW" else "table"
            self._execute(f"drop {what} if exists landing.{_name(name)}")

    @contextlib.contextmanager
    def _settings_for_reading(self) -> Iterator[None]:
        """Keep the order of the files while reading: line numbers are counted on it."""
        ordered = self._execute("select current_setting('preserve_insertion_order')").fetchone()
        self._execute("set preserve_insertion_order = true")
        try:
            yield
        finally:
            if ordered and not ordered[0]:
                self._execute("set preserve_insertion_order = false")

    @contextlib.contextmanager
    def _scratch_folder(self) -> Iterator[None]:
        """Make a folder beside the database; one that a killed load left there goes first."""
        row = self._execute(
            "select path from duckdb_databases() where database_name = current_database()"
        ).fetchone()
        if row and row[0]:
            self.scratch = Path(f"{row[0]}.landing")
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.scratch.mkdir()
        else:
            self.scratch = Path(tempfile.mkdtemp(prefix="landing_"))
        try:
            yield
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)

    # one table ----------------------------------------------------------------------------

    def _table(self, table: Table) -> _Rebuilt | None:
        """Write the table anew beside the old one; None when nothing changed."""
        files = self.survey.of(table)
        by_name: dict[str, list[InputFile]] = {}
        for file in files:
            by_name.setdefault(file.name, []).append(file)
        prints = {name: self._fingerprint(group) for name, group in by_name.items()}
        if _distinct(files):  # what a file keeps depends on the others
            prints = {name: _hash([name, *sorted(prints.items())]) for name in prints}
        as_view = self._is_view(files)
        whole = _hash(
            [self.version, table.relation, _layout(table), as_view, sorted(prints.items())]
        )
        if self.stored.get(table.full_name) == whole and table.relation in self.relations:
            return None
        result = _Rebuilt(table, whole, as_view)
        reusable = self._reusable(table) if not as_view and not _distinct(files) else {}
        opened: dict[str, list[_Opened]] = {}
        for name, group in by_name.items():
            if reusable.get(name, ("",))[0] == prints[name]:
                result.reused.add(name)
                continue
            ready = [one for file in group if (one := self._open(file)) is not None]
            if len(ready) == len(group):
                opened[name] = ready
        extras = self._extras(table, by_name, opened, reusable, result)
        if as_view:
            self._write_view(table, opened, extras, result)
        else:
            self._write_table(table, opened, extras, result, reusable)
        if len(opened) + len(result.reused) < len(by_name):
            result.fingerprint = "incomplete"
        result.files = [replace(f, fingerprint=prints[f.file_name]) for f in result.files]
        return result

    def _fingerprint(self, group: list[InputFile]) -> str:
        return _hash(
            [
                self.version,
                _layout(group[0].table),
                [
                    (
                        file.name,
                        file.bytes,
                        file.modified_ns,
                        file.partitions,
                        file.delivery_id,
                        asdict(self._formats(file)),
                        asdict(file.mapping) if file.mapping else None,
                        self._lookup_states(file),
                    )
                    for file in group
                ],
            ]
        )

    def _lookup_states(self, file: InputFile) -> list[tuple[str, int, int]]:
        """Return name, size and time of the files that the lookups of a file read."""
        names = {lookup.file for lookup in file.mapping.lookups.values()} if file.mapping else set()
        found = self.survey.lookup_files
        states = {name: found[name].stat() for name in sorted(names & found.keys())}
        return [(name, state.st_size, state.st_mtime_ns) for name, state in states.items()]

    def _formats(self, file: InputFile) -> Formats:
        if file.mapping and file.mapping.formats:
            return file.mapping.formats
        formats = self.workspace.formats_of(file.table.domain, file.table.name)
        if file.kind == "parquet":
            return Formats(formats.dates, ".")
        return formats

    def _is_view(self, files: list[InputFile]) -> bool:
        return (
            bool(files)
            and all(file.kind == "parquet" for file in files)
            and not _distinct(files)
            and not any(file.mapping is not None and file.mapping.lookups for file in files)
            and sum(file.bytes for file in files) > self.parquet_view_bytes
        )

    def _reusable(self, table: Table) -> dict[str, tuple[str, list[str], int]]:
        """Return fingerprint, extra columns and rows of the files that the old table holds."""
        if self.relations.get(table.relation) != "BASE TABLE":
            return {}
        rows = self._execute(
            "select file_name, fingerprint, headers, row_count from landing.files "
            f"where {_is_table(table)}"
        ).fetchall()
        return {name: (print_, json.loads(headers), count) for name, print_, headers, count in rows}

    def _extras(
        self,
        table: Table,
        by_name: dict[str, list[InputFile]],
        opened: dict[str, list[_Opened]],
        reusable: dict[str, tuple[str, list[str], int]],
        result: _Rebuilt,
    ) -> list[str]:
        """Return the delivered columns beyond the contract, in the order of the files."""
        found: dict[str, None] = {}
        for name in by_name:
            own: dict[str, None] = {}
            if name in result.reused:
                own = dict.fromkeys(reusable[name][1])
            for one in opened.get(name, ()):
                own |= dict.fromkeys(n for n in _projection(one) if n not in table.column_names)
            result.headers[name] = json.dumps(list(own))
            found |= own
        return list(found)

    def _write_table(
        self,
        table: Table,
        opened: dict[str, list[_Opened]],
        extras: list[str],
        result: _Rebuilt,
        reusable: dict[str, tuple[str, list[str], int]],
    ) -> None:
        target = table.relation + NEW
        text = [f"{_name(column)} varchar" for column in (*table.column_names, *extras)]
        technical = "file_name varchar, line_number bigint, date_formats varchar, "
        self._execute(
            f"create table landing.{target} "
            f"({', '.join(text)}, {technical}decimal_separator varchar)"
        )
        result.in_place = bool(result.reused) and (
            self._columns(target) == self._columns(table.relation)
        )
        if result.reused and not result.in_place:
            names = ", ".join(_text(name) for name in sorted(result.reused))
            held = {extra for name in result.reused for extra in reusable[name][1]}
            columns = [*table.column_names, *(e for e in extras if e in held), *TECHNICAL_COLUMNS]
            shared_columns = ", ".join(_name(column) for column in columns)
            self._execute(
                f"insert into landing.{target} by name "
                f"select {shared_columns} from landing.{table.relation} "
                f"where file_name in ({names})"
            )
        outcomes = {name: _Outcome() for name in opened}
        shared: dict[int, list[_Opened]] = {}
        for name, group in opened.items():
            for one in group:
                if one.file.mapping and one.file.mapping.distinct:
                    shared.setdefault(one.file.mapping.position, []).append(one)
                else:
                    self._read(one, target, outcomes[name])
        for entry in shared.values():
            self._write_distinct(entry, target, outcomes)
        for name, group in opened.items():
            self._collect(name, group, outcomes[name], result)

    def _columns(self, relation: str) -> list[str]:
        rows = self._execute(
            "select column_name from duckdb_columns() where schema_name = 'landing' "
            f"and database_name = current_database() and table_name = {_text(relation)} "
            "order by column_index"
        ).fetchall()
        return [name for (name,) in rows]

    def _collect(
        self, name: str, group: list[_Opened], outcome: _Outcome, result: _Rebuilt
    ) -> None:
        file = group[0].file
        result.malformed += [(name, line, raw) for line, raw in outcome.malformed]
        result.problems += outcome.problems
        count = outcome.rows + len(outcome.malformed)
        result.files.append(self._loaded_file(file, count, len(outcome.malformed)))
        if count:
            result.problems += _header_problems(group)

    def _loaded_file(self, file: InputFile, rows: int, malformed: int) -> LoadedFile:
        return LoadedFile(
            domain=file.table.domain,
            table=file.table.name,
            file_name=file.name,
            format=file.kind,
            bytes=file.bytes,
            row_count=rows,
            malformed_count=malformed,
            fingerprint="",
            was_read=True,
        )

    def _write_distinct(
        self, group: list[_Opened], target: str, outcomes: dict[str, _Outcome]
    ) -> None:
        """Take identical mapped rows once over all files of a mapping that asks for it."""
        table, mapping = group[0].file.table, group[0].file.mapping
        assert mapping is not None
        pool = f"{target}_pool"
        self._execute(f"create table landing.{pool} as from landing.{target} limit 0")
        for one in group:
            ignored = _Outcome()
            self._read(one, pool, ignored)
            outcomes[one.file.name].malformed += ignored.malformed
            outcomes[one.file.name].problems += ignored.problems
        columns = ", ".join(_name(column) for column in table.column_names)
        read = [*mapping.columns, *mapping.combine, *mapping.lookups] or list(mapping.constants)
        filled = " or ".join(f"{_name(column)} is not null" for column in read)
        self._execute(
            f"create or replace table landing.{pool} as select * from landing.{pool} "
            f"where {filled} qualify row_number() over "
            f"(partition by {columns} order by file_name, line_number) = 1"
        )
        self._execute(f"insert into landing.{target} by name from landing.{pool}")
        for name, count in self._execute(
            f"select file_name, count(*) from landing.{pool} group by all"
        ).fetchall():
            outcomes[name].rows += count
        self._execute(f"drop table landing.{pool}")

    def _write_view(
        self,
        table: Table,
        opened: dict[str, list[_Opened]],
        extras: list[str],
        result: _Rebuilt,
    ) -> None:
        selects = []
        for name, group in opened.items():
            rows = 0
            for one in group:
                selects.append(f"select {_select(one, table, extras)} from ({_parquet_sql(one)})")
                rows += self._parquet_rows(one)
            self._collect(name, group, _Outcome(rows), result)
        self._execute(
            f"create view landing.{table.relation}{NEW} as " + " union all ".join(selects)
        )

    # one file -----------------------------------------------------------------------------

    def _open(self, file: InputFile) -> _Opened | None:
        """Read the header of a file; None when the file cannot be read (and is reported)."""
        try:
            one = self._open_parquet(file) if file.kind == "parquet" else self._open_text(file)
            _check_mapping(one)
            self._open_lookups(one)
        except LandingError as error:
            self._unreadable(file, str(error))
            return None
        return one

    def _open_lookups(self, one: _Opened) -> None:
        """Read the files of the lookups and write them as regular CSV that SQL can join."""
        if one.file.mapping is None or not one.headers:
            return
        for target, lookup in one.file.mapping.lookups.items():
            path = self.survey.lookup_files.get(lookup.file)
            if lookup not in self.lookups:
                self.lookups[lookup] = read_lookup(
                    self.connection,
                    lookup,
                    path,
                    f"{one.file.mapping.name} in workspace.yml looks {target} up",
                    self.scratch / f"lookup_{len(self.lookups)}.csv",
                )
            one.lookups[target] = self.lookups[lookup]

    def _unreadable(self, file: InputFile, message: str) -> None:
        self.unreadable.append(
            Problem(
                "error",
                "unreadable_file",
                message,
                file.name,
                domain=file.table.domain,
                table_name=file.table.name,
            )
        )

    def _open_text(self, file: InputFile) -> _Opened:
        text = textfiles.inspect(file.path, file.name)
        if text and not file.mapping:
            line = text.header_below(set(file.table.column_names))
            if line:
                raise LandingError(
                    f"{file.name}: the names of its columns stand in line {line}, below a title "
                    f"such as {text.headers[0].delivered!r}. Delete the lines above them."
                )
        return _Opened(file, self._formats(file), text.headers if text else (), text)

    def _open_parquet(self, file: InputFile) -> _Opened:
        try:
            rows = self._execute(
                f"describe select * from read_parquet({_path(file.path)}, "
                "hive_partitioning = false, binary_as_string = true)"
            ).fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise LandingError(
                f"{file.name}: this is not a readable Parquet file ({reason}). Deliver it again, "
                "or as CSV with the ending .csv."
            ) from error
        headers = column_names([row[0] for row in rows])
        types = tuple((row[0], row[1]) for row in rows)
        return _Opened(file, self._formats(file), headers, parquet_columns=types)

    def _parquet_rows(self, one: _Opened) -> int:
        row = self._execute(
            f"select num_rows from parquet_file_metadata({_path(one.file.path)})"
        ).fetchone()
        return int(row[0]) if row else 0

    def _read(self, one: _Opened, target: str, outcome: _Outcome) -> None:
        """Append the rows of one file to landing.<target>."""
        try:
            if one.file.kind == "parquet":
                outcome.rows += self._insert(one, target, _parquet_sql(one))
            elif one.text is not None:
                self._read_text(one, one.text, target, outcome)
            outcome.problems += one.not_found
        except LandingError as error:
            self._unreadable(one.file, str(error))
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            self._unreadable(
                one.file,
                f"{one.file.name}: the file cannot be read ({reason}). Deliver it again.",
            )

    def _read_text(self, one: _Opened, text: TextFile, target: str, outcome: _Outcome) -> None:
        scan = textfiles.scan(text, one.file.name)
        if scan.encoding == "cp1252":
            outcome.problems.append(
                _file_problem(
                    one,
                    "warning",
                    "not_utf8",
                    "the file is not UTF-8 and is read as Windows-1252. Check names with accents, "
                    "or deliver it as CSV UTF-8.",
                )
            )
        expected = scan.physical_lines - text.header_lines
        is_simple = (
            text.header_is_plain
            and len(text.headers) > 1
            and scan.uniform_newlines
            and scan.encoding in ("utf-8", "utf-8-sig")
        )
        if is_simple and expected <= 0:
            return
        if is_simple and (rows := self._read_fast(one, text, target, expected)) is not None:
            outcome.rows += rows
            return
        self._read_slowly(one, text, scan.encoding, target, outcome)

    def _read_fast(self, one: _Opened, text: TextFile, target: str, expected: int) -> int | None:
        """Let DuckDB read the file; None when a record does not stand on one line of its own."""
        source = _csv_sql(one, text)
        self._execute("begin transaction")
        try:
            rows = self._insert(one, target, source)
            records = rows if rows == expected else self._count(source)
        except duckdb.Error:
            self._execute("rollback")
            return None
        if records != expected:
            self._execute("rollback")
            return None
        self._execute("commit")
        return rows

    def _read_slowly(
        self, one: _Opened, text: TextFile, encoding: str, target: str, outcome: _Outcome
    ) -> None:
        """Cut the records in Python, write them as regular CSV, and let DuckDB read that."""
        regular = self.scratch / "records.csv"
        with regular.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for record in textfiles.read_records(text, encoding, one.file.name):
                if record.fields is None:
                    outcome.malformed.append((record.line_number, record.raw))
                else:
                    writer.writerow([record.line_number, *record.fields])
        outcome.rows += self._insert(one, target, _regular_sql(one, regular))
        regular.unlink()

    def _insert(self, one: _Opened, target: str, source: str) -> int:
        table = one.file.table
        extras = [name for name in _projection(one) if name not in table.column_names]
        columns = [*table.column_names, *extras, *TECHNICAL_COLUMNS]
        one.not_found = self._not_found(one, source)
        row = self._execute(
            f"insert into landing.{target} ({', '.join(_name(c) for c in columns)}) "
            f"select {_select(one, table, extras)} from ({_joined(one, source)}) "
            f"where {_is_filled(one)}"
        ).fetchone()
        return int(row[0]) if row else 0

    def _count(self, source: str) -> int:
        row = self._execute(f"select count(*) from ({source})").fetchone()
        return int(row[0]) if row else 0

    def _not_found(self, one: _Opened, source: str) -> list[Problem]:
        """Report, for each lookup, the delivered texts that its file does not hold."""
        found = []
        for target, lookup in one.lookups.items():
            column = _name(normalise_header(lookup.lookup.source))
            rows = self._execute(
                f"select {trimmed(column)} as key, count(*), min({_name(LINE)}) "
                f"from ({source}) as source where coalesce({trimmed(column)}, '') <> '' "
                f"and {trimmed(column)} not in (select key from {_lookup_sql(lookup)}) "
                "group by all order by 3, 1"
            ).fetchall()
            if rows:
                message = not_found_message(lookup.lookup, target, rows)
                problem = _file_problem(one, "warning", "lookup_not_found", message, target)
                found.append(replace(problem, line_number=rows[0][2], value=rows[0][0]))
        return found

    # the end ------------------------------------------------------------------------------

    def _swap(self, rebuilt: list[_Rebuilt]) -> None:
        """Put the new tables in the place of the old ones, with what is known about them."""
        found = self.survey.problems + self.unreadable
        settings = sorted(self.workspace.settings().items())
        stored = self._execute("select name, value from landing.settings order by name").fetchall()
        known = [p for p in problems(self.connection) if p.domain is None]
        if not rebuilt and stored == settings and set(known) == {p for p in found if not p.domain}:
            return
        self._execute("begin transaction")
        try:
            for result in rebuilt:
                self._swap_table(result)
            self._execute("delete from landing.problems where table_name is null")
            self._execute("delete from landing.problems where kind = 'unreadable_file'")
            reported = found + [p for result in rebuilt for p in result.problems]
            for problem in reported:
                self._append("problems", list(asdict(problem).values()))
            self._execute("delete from landing.settings")
            for name, value in settings:
                self._append("settings", [name, value])
        except BaseException:
            self._execute("rollback")
            raise
        self._execute("commit")

    def _swap_table(self, result: _Rebuilt) -> None:
        table = result.table
        names = ", ".join(_text(name) for name in sorted(result.reused)) or "''"
        written = f"{table.relation}{NEW}"
        if result.in_place:
            self._execute(f"delete from landing.{table.relation} where file_name not in ({names})")
            self._execute(f"insert into landing.{table.relation} from landing.{written}")
            self._drop(written, "BASE TABLE")
        else:
            self._drop(table.relation, self.relations.get(table.relation))
            what = "view" if result.is_view else "table"
            self._execute(f"alter {what} landing.{written} rename to {table.relation}")
        for state in ("files", "malformed_rows", "problems"):
            self._execute(
                f"delete from landing.{state} where {_is_table(table)} "
                f"and file_name not in ({names})"
            )
        for file in result.files:
            values = list(asdict(file).values())[:-1]
            self._append("files", [*values, result.headers[file.file_name]])
        if result.malformed:
            self._append_malformed(table, result.malformed)
        self._execute(f"delete from landing.tables where {_is_table(table)}")
        self._append("tables", [table.domain, table.name, result.fingerprint])

    def _append(self, state: str, values: list[object]) -> None:
        cells = ", ".join(_literal(value) for value in values)
        self._execute(f"insert into landing.{state} values ({cells})")

    def _append_malformed(self, table: Table, rows: Iterable[tuple[str, int, str]]) -> None:
        path = self.scratch / "malformed.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerows(rows)
        source = _read_csv(
            path, ("file_name", "line_number", "raw_row"), nulls=False, is_regular=True
        )
        self._execute(
            "insert into landing.malformed_rows select "
            f"{_text(table.domain)}, {_text(table.name)}, file_name, "
            f"cast(line_number as bigint), {_text(MALFORMED)}, raw_row from {source}"
        )

    def _loaded(self, reused: dict[str, set[str]]) -> list[LoadedFile]:
        rows = self._execute(
            "select domain, table_name, file_name, format, bytes, row_count, malformed_count, "
            "fingerprint from landing.files order by all"
        ).fetchall()
        return [
            LoadedFile(
                *row,
                was_read=f"{row[0]}.{row[1]}" in reused
                and row[2] not in reused[f"{row[0]}.{row[1]}"],
            )
            for row in rows
        ]

    def _execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Run SQL without parameters: binding one makes DuckDB import pandas, which is slow."""
        return self.connection.execute(sql)


# what a file gives to the columns of a table --------------------------------------------------


def _projection(one: _Opened) -> dict[str, str]:
    """Return the SQL of every column that the file fills, by the name it gets in the table."""
    mapping = one.file.mapping
    given = _mapped(one, mapping) if mapping else {}
    used = {normalise_header(source) for source in mapping.columns.values()} if mapping else set()
    contract = one.file.table.column_names
    for column in one.columns:
        if mapping and (column in used or mapping.distinct):
            continue
        taken = column in TECHNICAL_COLUMNS or (mapping is not None and column in contract)
        name = f"{column}_delivered" if taken else column
        while name in given:
            name += "_2"
        given[name] = _name(column)
    for column, value in one.file.partitions:
        if column not in given and column not in TECHNICAL_COLUMNS:
            given[column] = "null" if value is None else _text(value)
    if one.file.table.full_name == "cloud.cost_and_usage" and "x_delivery_id" not in given:
        given["x_delivery_id"] = _text(one.file.delivery_id)
    return given


def _mapped(one: _Opened, mapping: Mapping) -> dict[str, str]:
    given = {target: _name(normalise_header(source)) for target, source in mapping.columns.items()}
    given |= {target: _text(value) for target, value in mapping.constants.items()}
    for target, parts in mapping.combine.items():
        given[target] = _combined(one, parts)
    for position, target in enumerate(mapping.lookups):
        given[target] = _name(f"$lookup_{position}")
    return given


def _combined(one: _Opened, parts: tuple[str, ...]) -> str:
    """Return the SQL that joins parts with -; null when nothing but columns and all are empty."""
    pieces, columns = [], []
    for part in parts:
        if part == LINE:
            pieces.append(f"cast({_name(LINE)} as varchar)")
        elif part == FILE:
            pieces.append(_text(one.file.stem))
        elif part.startswith(LITERAL):
            pieces.append(_text(part.removeprefix(LITERAL)))
        else:
            columns.append(_name(normalise_header(part)))
            pieces.append(f"coalesce({columns[-1]}, '')")
    joined = " || '-' || ".join(pieces)
    if not columns or LINE in parts or FILE in parts:
        return joined
    return f"case when coalesce({', '.join(columns)}) is not null then {joined} end"


def _joined(one: _Opened, source: str) -> str:
    """Return the SQL of a file with the values that its lookups find beside its columns."""
    if not one.lookups:
        return source
    cells, joins = ["source.*"], []
    for position, lookup in enumerate(one.lookups.values()):
        column = f"source.{_name(normalise_header(lookup.lookup.source))}"
        table = f"lookup_{position}"
        cells.append(
            f"case when {table}.key is null then {column} else {table}.value end "
            f"as {_name(f'$lookup_{position}')}"
        )
        joins.append(
            f"left join {_lookup_sql(lookup)} as {table} on {trimmed(column)} = {table}.key"
        )
    return f"select {', '.join(cells)} from ({source}) as source {' '.join(joins)}"


def _lookup_sql(lookup: LookupTable) -> str:
    return _read_csv(lookup.path, ("key", "value"), is_regular=True)


def _is_filled(one: _Opened) -> str:
    """Return the SQL that leaves out rows without any text, such as spreadsheets leave behind."""
    return " or ".join(f"{trimmed(_name(column))} <> ''" for column in one.columns)


def _check_mapping(one: _Opened) -> None:
    """Refuse a mapping that names a column which the file does not have."""
    mapping = one.file.mapping
    if mapping is None or not one.headers:
        return
    for source in mapping.sources:
        if normalise_header(source) not in one.columns:
            delivered = [header.delivered for header in one.headers]
            raise LandingError(
                f"{one.file.name}: {mapping.name} in workspace.yml reads a column {source}, which "
                f"this file does not have.{did_you_mean(source, delivered)} Its headers are "
                f"{', '.join(delivered)}."
            )


def _select(one: _Opened, table: Table, extras: list[str]) -> str:
    """Return the select list of a file, in the order of the table."""
    given = _projection(one)
    cells = [
        f"{given.get(column, 'cast(null as varchar)')} as {_name(column)}"
        for column in (*table.column_names, *extras)
    ]
    cells += [
        f"{_text(one.file.name)} as file_name",
        f"{_name(LINE)} as line_number",
        f"{_text(one.formats.tokens)} as date_formats",
        f"{_text(one.formats.decimal_separator)} as decimal_separator",
    ]
    return ", ".join(cells)


def _header_problems(group: list[_Opened]) -> list[Problem]:
    """Report columns that are missing, and headers that are unclear or unknown."""
    found = []
    for one in group:
        given = _projection(one)
        for column in one.file.table.required_columns:
            if column not in given:
                headers = [header.delivered for header in one.headers]
                others = [
                    normalise_header(header)
                    for header in headers
                    if normalise_header(header) not in one.file.table.column_names
                ]
                close = did_you_mean(column, others)
                if one.file.mapping and one.file.table.key == (column,):
                    close += f" A key can be made by combine: {{{column}: [{FILE}, {LINE}]}}."
                found.append(
                    _file_problem(
                        one,
                        "error",
                        "missing_column",
                        f"the required column {column} is missing, so no row of the file can be "
                        f"used.{close} Add it, or map another column onto it in workspace.yml. "
                        f"The headers are {', '.join(headers)}.",
                        column,
                    )
                )
        found += [*_unclear_headers(one), *_unknown_headers(one)]
    return found


def _unclear_headers(one: _Opened) -> Iterator[Problem]:
    """Report headers that are empty or written twice; a rule is never read in part."""
    for header in one.headers:
        if header.column == normalise_header(header.delivered):
            continue
        is_twice = bool(header.delivered)
        yield _file_problem(
            one,
            "error" if is_twice and _is_strict(one) else "warning",
            UNCLEAR_HEADER,
            f"the header {header.delivered!r} {'is written twice' if is_twice else 'is empty'}; "
            f"its column is kept as {header.column}. Give every column a name of its own.",
            header.column,
        )


def _unknown_headers(one: _Opened) -> Iterator[Problem]:
    """Report headers beyond the contract: all of a rule, any of a driver, else near misses.

    Companies keep columns of their own in files of money; a mapping says itself what is read.
    """
    table = one.file.table
    if one.file.mapping:
        return
    absent = [name for name in table.column_names if name not in one.columns]
    required = [name for name in absent if name in table.required_columns]
    for header in one.headers:
        is_unclear = header.column != normalise_header(header.delivered)
        known = (*table.column_names, *TECHNICAL_COLUMNS)
        if header.column in known or header.column.startswith(OWN_COLUMN) or is_unclear:
            continue
        if did_you_mean(header.column, required):
            continue  # told as the column that is missing
        cutoff = 0.6 if _is_strict(one) else NEAR_MISS
        close = did_you_mean(header.column, absent, cutoff)
        if not close and _is_strict(one):
            close = did_you_mean(header.column, table.column_names)
        if _is_strict(one):
            yield _file_problem(
                one,
                "error",
                UNKNOWN_COLUMN,
                f"the header {header.delivered!r} is no column of {table.full_name}, and a rule is "
                f"never read in part.{close} Correct it, or begin it with {OWN_COLUMN} if it is a "
                f"note of your own. The columns are {', '.join(table.column_names)}.",
                header.column,
            )
        elif close or table.domain == "consumption":
            yield _file_problem(
                one,
                "warning",
                UNKNOWN_COLUMN,
                f"the header {header.delivered!r} is no column of {table.full_name} and is not "
                f"read.{close} Correct it, or begin it with {OWN_COLUMN} if it is a note of your "
                "own.",
                header.column,
            )


def _is_strict(one: _Opened) -> bool:
    return one.file.table.domain == "cost_model"


def _file_problem(
    one: _Opened, severity: str, kind: str, message: str, column: str | None = None
) -> Problem:
    file = one.file
    return Problem(
        severity,
        kind,
        f"{file.name}: {message}",
        file.name,
        1 if column else None,
        column,
        None,
        file.table.domain,
        file.table.name,
    )


# SQL ------------------------------------------------------------------------------------------


def _csv_sql(one: _Opened, text: TextFile) -> str:
    domain = one.file.table.domain
    source = _read_csv(
        text.path,
        text.columns,
        text.delimiter,
        header=True,
        compression=text.compression,
        null_word=domain == "cloud",
    )
    return f"select row_number() over () + 1 as {_name(LINE)}, * from {source}"


def _regular_sql(one: _Opened, path: Path) -> str:
    source = _read_csv(
        path,
        (LINE, *one.columns),
        null_word=one.file.table.domain == "cloud",
        is_regular=True,
    )
    return f"select * replace (cast({_name(LINE)} as bigint) as {_name(LINE)}) from {source}"


def _read_csv(
    path: Path,
    columns: tuple[str, ...],
    delimiter: str = ",",
    *,
    header: bool = False,
    compression: str = "none",
    null_word: bool = False,
    nulls: bool = True,
    is_regular: bool = False,
) -> str:
    """Return a read_csv call that guesses nothing: every column is text.

    A regular file is one of our own, whose lines end in a line feed whatever its values hold.
    """
    types = ", ".join(f"{_text(column)}: 'varchar'" for column in columns)
    words = ["''", "'NULL'"] if null_word else ["''"]
    ends = ", new_line = '\\n'" if is_regular else ""
    null_text = f"[{', '.join(words)}]" if nulls else "'\\N'"
    return (
        f"read_csv({_path(path)}, auto_detect = false, columns = {{{types}}}, "
        f"delim = {_text(delimiter)}, quote = '\"', escape = '\"', header = {header}, "
        f"compression = '{compression}', nullstr = {null_text}, strict_mode = true{ends})"
    )


def _parquet_sql(one: _Opened) -> str:
    cells = [f"file_row_number + 1 as {_name(LINE)}"]
    for header, (name, data_type) in zip(one.headers, one.parquet_columns, strict=True):
        cell = _as_text(_name(name), data_type.upper())
        if one.file.table.domain == "cloud":
            cell = f"nullif({cell}, 'NULL')"
        cells.append(f"{cell} as {_name(header.column)}")
    return (
        f"select {', '.join(cells)} from read_parquet({_path(one.file.path)}, "
        "file_row_number = true, hive_partitioning = false, binary_as_string = true)"
    )


def _as_text(column: str, data_type: str) -> str:
    """Return the SQL that writes a Parquet value as a file would hold it."""
    if data_type.endswith("]") or data_type.startswith(("STRUCT", "MAP", "UNION")):
        return f"cast(to_json({column}) as varchar)"
    if data_type in ("DOUBLE", "FLOAT"):
        text = f"cast({column} as varchar)"
        plain = f"cast(try_cast({column} as decimal(38, 18)) as varchar)"
        return f"case when contains({text}, 'e') then coalesce({plain}, {text}) else {text} end"
    if data_type == "TIMESTAMP WITH TIME ZONE":
        return f"cast(timezone('UTC', {column}) as varchar)"
    return f"cast({column} as varchar)"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _literal(value: object) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, int) else _text(str(value))


def _is_table(table: Table) -> str:
    return f"domain = {_text(table.domain)} and table_name = {_text(table.name)}"


def _path(path: Path) -> str:
    """Return a path as SQL text; wildcards in file names stand for themselves."""
    return _text(re.sub(r"([*?\[])", r"[\1]", str(path)))


def _distinct(files: list[InputFile]) -> bool:
    return any(file.mapping is not None and file.mapping.distinct for file in files)


def _layout(table: Table) -> list[object]:
    return [table.column_names, table.required_columns]


def _version() -> str:
    """Return what changes with the code that reads files: a new reader reads them anew."""
    sources = (Path(textfiles.__file__), Path(lookups.__file__), Path(__file__))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:32]


def load_into_work_database(path: Path | str) -> tuple[list[LoadedFile], list[Problem]]:
    """Load a workspace into its work database; return its files and what is wrong with them."""
    workspace = load_workspace(path)
    workspace.build_folder.mkdir(exist_ok=True)
    try:
        connection = duckdb.connect(str(workspace.work_database))
    except duckdb.IOException as error:
        raise LandingError(
            f"{workspace.work_database} cannot be opened: {str(error).splitlines()[0]} "
            "End the program that holds it, such as a running build, and try again."
        ) from error
    with connection:
        return load(connection, workspace), problems(connection)
