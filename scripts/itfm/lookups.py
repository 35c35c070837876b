"""Files that mappings look values up in: read whole, keys as trimmed text, each key once."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from itfm import textfiles
from itfm.contract import did_you_mean
from itfm.errors import LandingError
from itfm.textfiles import column_names, normalise_header
from itfm.workspace import Lookup

BLANKS = " \t\u00a0"
NAMED_VALUES = 5
PARQUET_ENDINGS = (".parquet", ".pq")


@dataclass(frozen=True)
class LookupTable:
    """A lookup and the regular CSV of its keys and values."""

    lookup: Lookup
    path: Path


def read_lookup(
    connection: duckdb.DuckDBPyConnection,
    lookup: Lookup,
    path: Path | None,
    purpose: str,
    target: Path,
) -> LookupTable:
    """Read the file of a lookup and write its keys and values to `target`, each key once."""
    if path is None:
        raise LandingError(
            f"{lookup.file}: there is no such file, but {purpose} in it. Put it into the "
            "workspace, or correct `file` in workspace.yml."
        )
    is_parquet = path.name.lower().endswith(PARQUET_ENDINGS)
    records = _parquet(connection, path, lookup) if is_parquet else _text(path, lookup)
    key_at, value_at = _positions(next(records)[1], lookup, purpose)
    seen: dict[str, int] = {}
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for line, fields in records:
            key = fields[key_at].strip(BLANKS)
            if not key:
                continue
            if key in seen:
                raise LandingError(
                    f"{lookup.file}, line {line:,}: the key '{key}' of {lookup.key} stands in line "
                    f"{seen[key]:,} already, but {purpose} by it. Each key needs one value; "
                    "delete one of the rows."
                )
            seen[key] = line
            writer.writerow([key, fields[value_at]])
    return LookupTable(lookup, target)


def trimmed(column: str) -> str:
    """Return the SQL that takes blanks off both ends, as keys are compared."""
    return f"trim({column}, '{BLANKS}')"


def not_found_message(lookup: Lookup, target: str, rows: Sequence[tuple[str, int, int]]) -> str:
    """Say which delivered values a lookup does not know; `rows` are value, rows, first line."""
    count = sum(row[1] for row in rows)
    named = ", ".join(f"'{row[0]}'" for row in rows[:NAMED_VALUES])
    more = f" and {len(rows) - NAMED_VALUES:,} more" if len(rows) > NAMED_VALUES else ""
    rows_told = "1 row" if count == 1 else f"{count:,} rows"
    return (
        f"{target} is looked up in {lookup.file}, which does not have {named}{more} in "
        f"{lookup.key}: {rows_told}, the first on line {rows[0][2]:,}, which keep the text of "
        f"{lookup.source}. Add the missing keys to {lookup.file}."
    )


def _positions(headers: list[str], lookup: Lookup, purpose: str) -> tuple[int, int]:
    columns = [header.column for header in column_names(headers)]
    for name in (lookup.key, lookup.value):
        if normalise_header(name) not in columns:
            raise LandingError(
                f"{lookup.file}: {purpose} in its column {name}, which this file does not have."
                f"{did_you_mean(name, headers)} Its headers are {', '.join(headers)}."
            )
    key, value = (columns.index(normalise_header(name)) for name in (lookup.key, lookup.value))
    return key, value


def _text(path: Path, lookup: Lookup) -> Iterator[tuple[int, list[str]]]:
    """Yield the headers, then the fields of every record, each with its line."""
    text = textfiles.inspect(path, lookup.file)
    if text is None:
        raise LandingError(f"{lookup.file}: the file is empty. Deliver it again.")
    yield text.header_lines, [header.delivered for header in text.headers]
    encoding = textfiles.scan(text, lookup.file).encoding
    for record in textfiles.read_records(text, encoding, lookup.file):
        if record.fields is None:
            raise LandingError(
                f"{lookup.file}, line {record.line_number:,}: the record cannot be cut into the "
                f"columns of the header: {record.raw[:80]!r}. Correct it."
            )
        yield record.line_number, record.fields


def _parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, lookup: Lookup
) -> Iterator[tuple[int, list[str]]]:
    """Yield the headers, then the values of every row as text, each with its number."""
    source = str(path).replace("'", "''")
    try:
        found = connection.execute(
            f"select columns(*)::varchar from read_parquet('{source}', hive_partitioning = false)"
        )
        headers = [column[0] for column in found.description or ()]
        rows = found.fetchall()
    except duckdb.Error as error:
        raise LandingError(
            f"{lookup.file}: this is not a readable Parquet file ({str(error).splitlines()[0]}). "
            "Deliver it again, or as CSV."
        ) from error
    yield 0, headers
    for number, row in enumerate(rows, start=1):
        yield number, ["" if value is None else value for value in row]
