"""What the contents of delivered files say before they are read: the same twice, or nothing."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import duckdb

from itfm.errors import UserError
from itfm.survey import InputFile, Problem
from itfm.textfiles import normalise_header
from itfm.workspace import FILE

DUPLICATE = "duplicate_file"
EMPTY = "empty_file"
HEAD_BYTES = 1 << 16
NAMES_ONLY = {"description", "document_id"}
CLOUD = "cloud.cost_and_usage"


def content_problems(files: list[InputFile]) -> list[Problem]:
    """Report files of one table that are the same byte for byte, and files without rows."""
    groups: dict[tuple[object, ...], list[InputFile]] = {}
    for file in files:
        position = file.mapping.position if file.mapping else None
        groups.setdefault((file.table.full_name, position), []).append(file)
    found: dict[str, Problem] = {}
    for group in groups.values():
        for problem in (*_empty(group), *_duplicates(group)):
            found.setdefault(problem.message, problem)
    return list(found.values())


def stop_on_duplicates(problems: list[Problem]) -> None:
    """Refuse to go on when a file was delivered twice: its money would count twice."""
    told = [problem.message for problem in problems if problem.kind == DUPLICATE]
    if told:
        raise UserError("\n".join(told))


def _duplicates(group: list[InputFile]) -> Iterator[Problem]:
    alike: dict[tuple[object, ...], list[InputFile]] = {}
    for file in group:
        if file.bytes and not _is_told_apart(file):
            alike.setdefault((file.bytes, file.partitions, *_meant(file)), []).append(file)
    for same_size in alike.values():
        if len(same_size) < 2:
            continue
        first: dict[str, InputFile] = {}
        for file in same_size:
            if _rows_are_missing(file):
                continue
            content = _content(file.path, file.bytes, file.modified_ns)
            other = first.setdefault(content, file)
            if other is not file and content:
                yield Problem(
                    "error",
                    DUPLICATE,
                    f"{other.name} and {file.name} are the same file, byte for byte, so every row "
                    "would be taken twice. Delete one, or if both are meant, change one of them, "
                    "such as by an empty line at its end.",
                    file.name,
                )


def _is_told_apart(file: InputFile) -> bool:
    """Return whether the mapping takes equal rows once, or makes other rows of another name."""
    if file.mapping is None:
        return False
    named = {target for target, parts in file.mapping.combine.items() if FILE in parts}
    if file.table.full_name == CLOUD and "x_delivery_id" in named:
        return True
    return bool(named - set(file.table.key) - NAMES_ONLY) or (file.mapping.distinct and not named)


def _meant(file: InputFile) -> tuple[str, ...]:
    """Return what makes equal files different deliveries."""
    return (file.delivery_id,) if file.table.full_name == CLOUD else ()


@lru_cache(maxsize=10_000)
def _content(path: Path, _size: int, _modified_ns: int) -> str:
    """Return a hash of the file; empty when it cannot be read, which the load reports."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "blake2b").hexdigest()
    except OSError:
        return ""


def _empty(group: list[InputFile]) -> Iterator[Problem]:
    for file in group:
        is_one_of_many = len(group) > 1 or file.mapping is not None
        if file.bytes and not (is_one_of_many and _rows_are_missing(file)):
            continue
        if file.kind == "parquet" and not file.bytes:
            continue  # it cannot be read, and the load says so
        if _is_as_written_by_init(file):
            continue
        if file.bytes and _lacks_its_header(file):
            yield Problem(
                "error",
                EMPTY,
                f"{file.name} holds one line, which names no column of {file.table.full_name} and "
                "was taken for the header. Write the header above it.",
                file.name,
            )
            continue
        held = "holds no rows" if file.bytes else "is empty (0 bytes)"
        yield Problem(
            "warning",
            EMPTY,
            f"{file.name} {held}. Was it cut off? Deliver it again, or delete it.",
            file.name,
        )


def _rows_are_missing(file: InputFile) -> bool:
    return _has_no_rows(file.path, file.kind, file.bytes, file.modified_ns)


@lru_cache(maxsize=10_000)
def _has_no_rows(path: Path, kind: str, size: int, _modified_ns: int) -> bool:
    """Return whether a file holds at most headers; a file that cannot be read is not judged."""
    if size > HEAD_BYTES:
        return False
    try:
        if kind == "parquet":
            with duckdb.connect() as connection:
                row = connection.read_parquet(str(path)).aggregate("count(*)").fetchone()
            return row == (0,)
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            with gzip.open(path) as stream:
                content = stream.read(HEAD_BYTES)
    except (OSError, EOFError, duckdb.Error):
        return False
    lines = content.replace(b"\0", b"").replace(b"\r", b"\n").strip(b"\n\t ,;|\xef\xbb\xbf\xff\xfe")
    if lines[:4].lower() == b"sep=":
        lines = lines.partition(b"\n")[2].lstrip(b"\n")
    return b"\n" not in lines


def _lacks_its_header(file: InputFile) -> bool:
    """Return whether the only line of a text file names none of the columns of its table."""
    if file.mapping is not None or file.kind == "parquet" or file.path.suffix == ".gz":
        return False
    text = file.path.read_bytes().replace(b"\0", b"").decode("utf-8", "ignore").lstrip("\ufeff")
    named = {normalise_header(name.strip(" \"'\r\n")) for name in re.split(r"[,;|\t\n]", text)}
    return bool(text.strip()) and named.isdisjoint(file.table.column_names)


def _is_as_written_by_init(file: InputFile) -> bool:
    """Return whether this is the file of headers that `itfm init` writes for every table."""
    if file.mapping or not file.bytes or file.bytes > HEAD_BYTES or file.path.suffix != ".csv":
        return False
    return file.path.read_bytes().strip() == ",".join(file.table.column_names).encode()
