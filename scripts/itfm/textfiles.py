"""Delimited text as companies really send it: encodings, delimiters, headers, broken lines."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from collections import deque
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from itfm.errors import LandingError

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 20
CHUNK_BYTES = 1 << 22
MAX_RECORD_LINES = 1_000
MAX_RECORD_CHARACTERS = 400_000
MAX_RAW_CHARACTERS = 10_000
TITLE_LINES = 10
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Header:
    """One header: as delivered, and the column name made of it."""

    delivered: str
    column: str


@dataclass(frozen=True)
class TextFile:
    """What the first lines of a file say about it."""

    path: Path
    compression: str
    encoding: str
    delimiter: str
    headers: tuple[Header, ...]
    header_lines: int
    header_is_plain: bool
    lines_below: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the column names in the order of the file."""
        return tuple(header.column for header in self.headers)

    def header_below(self, known: Set[str]) -> int | None:
        """Return the line of the header, where titles stand above it; None when line 1 is one."""
        if known & set(self.columns):
            return None
        for number, line in enumerate(self.lines_below, start=self.header_lines + 1):
            fields = next(csv.reader([line], delimiter=_delimiter(line)), [])
            names = {header.column for header in column_names(fields)}
            if len(known & names) > max(1, len(names) // 2):
                return number
        return None


@dataclass(frozen=True)
class Scan:
    """What one pass over the bytes says: encoding, number of physical lines, kind of line end."""

    encoding: str
    physical_lines: int
    uniform_newlines: bool


@dataclass(frozen=True)
class Record:
    """One row of a file; `fields` is None when the row could not be cut into columns."""

    line_number: int
    fields: list[str] | None
    raw: str


def normalise_header(delivered: str) -> str:
    """Return the column name of a header: BilledCost, "Billed Cost", billed-cost: billed_cost."""
    text = delivered.strip().strip("\ufeff")
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", text)
    return re.sub(r"_+", "_", re.sub(r"[\W_]+", "_", text)).strip("_").lower()


def column_names(delivered: list[str]) -> tuple[Header, ...]:
    """Return a unique column name for each header; empty ones are named by their position."""
    seen: set[str] = set()
    headers = []
    for position, text in enumerate(delivered, start=1):
        base = normalise_header(text) or f"column_{position}"
        name, count = base, 1
        while name in seen:
            count += 1
            name = f"{base}_{count}"
        seen.add(name)
        headers.append(Header(text.strip(), name))
    return tuple(headers)


def open_bytes(path: Path, compression: str) -> io.BufferedIOBase:
    """Open a plain or gzip file for reading bytes."""
    return gzip.open(path, "rb") if compression == "gzip" else path.open("rb")  # type: ignore[return-value]


def inspect(path: Path, name: str) -> TextFile | None:
    """Read the header of a file; None when the file holds nothing at all."""
    compression = _compression(path, name)
    try:
        with open_bytes(path, compression) as stream:
            head = stream.read(HEAD_BYTES)
    except (OSError, EOFError) as error:
        raise LandingError(
            f"{name}: the file cannot be read ({error}). Deliver it again, whole and readable."
        ) from error
    encoding = _head_encoding(head, name)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff")
    if not text.strip():
        return None
    return _read_header(path, compression, encoding, text)


def _compression(path: Path, name: str) -> str:
    try:
        with path.open("rb") as stream:
            magic = stream.read(8)
    except OSError as error:
        raise LandingError(
            f"{name}: the file cannot be opened ({error.strerror}). Check its permissions."
        ) from error
    if magic.startswith(b"\x1f\x8b"):
        return "gzip"
    if path.name.lower().endswith(".gz") and magic:
        raise LandingError(
            f"{name}: the name ends in .gz but this is not a gzip file. Compress it with gzip, "
            "or take .gz off its name."
        )
    if magic.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise LandingError(
            f"{name}: this is a zip archive or an Excel workbook, not CSV. Save the sheet as "
            "CSV UTF-8 and deliver that."
        )
    if magic.startswith(b"PAR1"):
        raise LandingError(f"{name}: this is a Parquet file. Give it the ending .parquet.")
    return "none"


def _head_encoding(head: bytes, name: str) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith(UTF16_BOMS):
        return "utf-16"
    _refuse_binary(head, name)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _refuse_binary(data: bytes, name: str) -> None:
    if b"\0" in data:
        raise LandingError(
            f"{name}: this is not a text file, or UTF-16 without a byte order mark. "
            "Save it as CSV UTF-8."
        )


def _read_header(path: Path, compression: str, encoding: str, text: str) -> TextFile:
    """Find the first record that is not blank; `sep=;` before it names the delimiter."""
    lines = text.splitlines(keepends=True) if "\x0b" not in text else text.split("\n")
    skipped, delimiter = 0, ""
    while skipped < len(lines):
        line = lines[skipped].strip("\r\n")
        if not line.strip():
            skipped += 1
        elif not delimiter and (match := re.fullmatch(r'"?sep=(.)"?', line, re.IGNORECASE)):
            delimiter = match[1]
            skipped += 1
        else:
            break
    record, taken = "", 0
    for line in lines[skipped : skipped + MAX_RECORD_LINES]:
        record += line
        taken += 1
        if record.count('"') % 2 == 0:
            break
    else:
        record, taken = lines[skipped], 1
    record = record.rstrip("\r\n")
    delimiter = delimiter or _delimiter(record)
    fields = next(csv.reader([record], delimiter=delimiter), [record])
    while len(fields) > 1 and not fields[-1].strip():
        fields.pop()
    plain = skipped == 0 and taken == 1 and len(fields) == record.count(delimiter) + 1
    below = tuple(line.rstrip("\r\n") for line in lines[skipped + taken :][:TITLE_LINES])
    return TextFile(
        path, compression, encoding, delimiter, column_names(fields), skipped + taken, plain, below
    )


def _delimiter(header: str) -> str:
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=lambda sign: (bare.count(sign), -DELIMITERS.index(sign)))


def scan(file: TextFile, name: str) -> Scan:
    """Pass once over the bytes: is it UTF-8, how many physical lines, are line ends alike."""
    if file.encoding == "utf-16":
        return Scan("utf-16", 0, False)
    feeds = returns = pairs = 0
    last, encoding = b"", "utf-8"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with open_bytes(file.path, file.compression) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                _refuse_binary(chunk, name)
                feeds += chunk.count(b"\n")
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
                last = chunk[-1:]
                if encoding == "utf-8":
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError:
                        encoding = "cp1252"
    except (OSError, EOFError) as error:
        raise LandingError(
            f"{name}: the file breaks off or is damaged ({error}). Deliver it again."
        ) from error
    if decoder.getstate()[0]:
        encoding = "cp1252"
    uniform = pairs == returns and pairs in (0, feeds)
    if encoding == "utf-8" and file.encoding == "utf-8-sig":
        encoding = "utf-8-sig"
    return Scan(encoding, feeds + (last not in (b"\n", b"")), uniform)


def read_records(file: TextFile, encoding: str, name: str) -> Iterator[Record]:
    """Yield every record after the header with the physical line on which it starts.

    A record that cannot be cut into the columns of the header costs its first physical line
    only: reading goes on with the next one, so that a stray quote does not swallow the file.
    """
    width = len(file.headers)
    with (
        open_bytes(file.path, file.compression) as stream,
        io.TextIOWrapper(stream, encoding=encoding, newline="") as text,  # type: ignore[type-var]
    ):
        lines = _Lines(text, name, encoding)
        for _ in range(file.header_lines):
            lines.next()
        while (item := lines.next()) is not None:
            number, line = item
            if not line.strip():
                continue
            fields = _fields(lines, line, file.delimiter, width)
            raw = line.rstrip("\r\n")[:MAX_RAW_CHARACTERS]
            yield Record(number, fields, raw)


class _Lines:
    """Physical lines with their numbers; lines that were looked at can be given back."""

    def __init__(self, text: io.TextIOWrapper, name: str, encoding: str):
        self._text = text
        self._name = name
        self._encoding = encoding
        self._waiting: deque[tuple[int, str]] = deque()
        self._number = 0

    def next(self) -> tuple[int, str] | None:
        """Return the next line, or None at the end of the file."""
        if self._waiting:
            return self._waiting.popleft()
        try:
            line = self._text.readline()
        except UnicodeError as error:
            raise LandingError(
                f"{self._name}, near line {self._number + 1}: the text is neither UTF-8, UTF-16 "
                "with a byte order mark, nor Windows-1252. Save the file as CSV UTF-8."
            ) from error
        except (OSError, EOFError) as error:
            raise LandingError(
                f"{self._name}: the file breaks off or is damaged ({error}). Deliver it again."
            ) from error
        if not line:
            return None
        self._number += 1
        return self._number, line

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        """Put lines back in front, in their order."""
        self._waiting.extendleft(reversed(lines))


def _fields(lines: _Lines, line: str, delimiter: str, width: int) -> list[str] | None:
    """Cut one logical record; None when that cannot be done."""
    if '"' not in line:
        return _fit(line.rstrip("\r\n").split(delimiter), width)
    record, borrowed = line, []
    while True:
        fields, unfinished = _cut(record, delimiter)
        if fields is not None:
            fitted = _fit(fields, width)
            if fitted is None or _swallows(borrowed, delimiter, width, len(fields)):
                break
            return fitted
        if not unfinished:
            break
        more = _until_quote(lines, len(record), borrowed)
        if more is None:
            break
        record += more
    lines.give_back(borrowed)
    return None


def _until_quote(lines: _Lines, length: int, borrowed: list[tuple[int, str]]) -> str | None:
    """Return the following lines up to one that holds a quote; None when there is none near."""
    text = ""
    while len(borrowed) < MAX_RECORD_LINES and length + len(text) < MAX_RECORD_CHARACTERS:
        item = lines.next()
        if item is None:
            return None
        borrowed.append(item)
        text += item[1]
        if '"' in item[1]:
            return text
    return None


def _cut(record: str, delimiter: str) -> tuple[list[str] | None, bool]:
    """Return the fields, or None and whether a closing quote is still missing."""
    text = record.rstrip("\r\n") if record.count('"') % 2 == 0 else record
    fields, reason = _parse(text, delimiter)
    if fields is not None and not any(re.match(r'[ ]+"', field) for field in fields):
        return fields, False
    sign = re.escape(delimiter)
    closer = re.sub(rf'"[ ]+(?={sign}|$)', '"', re.sub(rf'(^|{sign})[ ]+"', r'\1"', text))
    without_spaces, _ = _parse(closer, delimiter)
    return without_spaces or fields, "unexpected end" in reason


def _parse(text: str, delimiter: str) -> tuple[list[str] | None, str]:
    """Return the fields of exactly one record, or None and the reason."""
    try:
        rows = list(csv.reader(_keep_ends(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return None, str(error)
    return (rows[0], "") if len(rows) == 1 else (None, "more than one record")


def _keep_ends(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


def _swallows(borrowed: list[tuple[int, str]], delimiter: str, width: int, found: int) -> bool:
    """Return whether lines taken into a quoted value look like records of their own.

    So does a line with as many delimiters as the header; when fields are missing, half will do.
    """
    limit = max(4, width - 1) if found >= width else max(1, (width - 1) // 2)
    texts = [text for _, text in borrowed[:-1]]
    texts += [text.partition('"')[0] for _, text in borrowed[-1:]]
    return any(text.count(delimiter) >= limit for text in texts)


def _fit(fields: list[str], width: int) -> list[str] | None:
    """Pad a short record; None for one that holds more than the header has columns."""
    if len(fields) > width:
        if any(field.strip() for field in fields[width:]):
            return None
        return fields[:width]
    return fields + [""] * (width - len(fields))
