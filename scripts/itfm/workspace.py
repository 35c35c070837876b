"""A company is a folder: its settings from workspace.yml, typed and checked, and its paths."""

from __future__ import annotations

import csv
import datetime
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from itfm.contract import Contract, did_you_mean, load_contract, project_folder
from itfm.errors import WorkspaceError

DEFAULT_WORKSPACE = "workspaces/demo"
SETTINGS_FILE = "workspace.yml"
ISO_DATE = "YYYY-MM-DD"
DATE_TOKENS = (
    ISO_DATE,
    "YYYY/MM/DD",
    "YYYYMMDD",
    "DD/MM/YYYY",
    "DD.MM.YYYY",
    "DD-MM-YYYY",
    "MM/DD/YYYY",
    "MM-DD-YYYY",
    "DD-MON-YYYY",
    "DD MON YYYY",
    "DD/MM/YY",
    "MM/DD/YY",
    "DD.MM.YY",
    "EXCEL",
)
AMBIGUOUS_DATES = (
    ("DD/MM/YYYY", "MM/DD/YYYY"),
    ("DD-MM-YYYY", "MM-DD-YYYY"),
    ("DD/MM/YY", "MM/DD/YY"),
)
LINE = "$line"
FILE = "$file"
LITERAL = "="
CALENDAR_TYPES = ("calendar_month", "4-4-5", "4-5-4", "5-4-4", "13_period")
CLOUD_DELIVERIES = ("replace", "append")
CLOSED_PERIODS = ("tell", "keep")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
REASON_CODES = (
    "missing_value",
    "unparsable_date",
    "unparsable_number",
    "unparsable_timestamp",
    "unparsable_integer",
    "unparsable_boolean",
    "unknown_code",
    "negative_value",
    "not_positive",
    "orphan",
    "repeated_key",
    "reversed_dates",
    "overlapping_period",
    "unknown_period",
    "missing_exchange_rate",
    "reserved_name",
    "too_large",
    "mixed_units",
    "superseded_delivery",
    "malformed_row",
)


@dataclass(frozen=True)
class Calendar:
    """How the company cuts years into periods."""

    type: str = "calendar_month"
    fiscal_year_start_month: int = 1
    week_start: str = "monday"
    fiscal_year_named_after: str = "end"
    first_fiscal_year: int = 2000
    last_fiscal_year: int = 2050
    closed_through: datetime.date | None = None


@dataclass(frozen=True)
class Formats:
    """How dates and numbers are written in the delivered files."""

    dates: tuple[str, ...] = (ISO_DATE,)
    decimal_separator: str = "."

    @property
    def tokens(self) -> str:
        """Return the date tokens between bars, as the parsing macros read them."""
        return "|" + "|".join(dict.fromkeys((*self.dates, ISO_DATE))) + "|"


@dataclass(frozen=True)
class Rejects:
    """What a build may lose before it stops."""

    ledger_loss_limit: float = 0.001
    stop_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lookup:
    """How a column is filled from another file, found by the text of a source column."""

    source: str
    file: str
    key: str
    value: str


@dataclass(frozen=True)
class Mapping:
    """How files of another layout are read as one table of the contract."""

    table: str
    position: int
    files: str
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    combine: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lookups: dict[str, Lookup] = field(default_factory=dict)
    distinct: bool = False
    formats: Formats | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the columns of the file that the mapping reads, as workspace.yml writes them."""
        combined = (part for parts in self.combine.values() for part in parts)
        return (
            *self.columns.values(),
            *(part for part in combined if is_source(part)),
            *(lookup.source for lookup in self.lookups.values()),
        )

    @property
    def name(self) -> str:
        """Return how messages call this mapping."""
        return f"mappings: {self.table}, entry {self.position}"


@dataclass(frozen=True)
class Workspace:
    """The settings of one company and where its files stand."""

    path: Path
    company: str
    reporting_currency: str
    cost_model: Path
    cost_model_name: str
    cloud_deliveries: str
    closed_periods: str
    calendar: Calendar
    formats: Formats
    formats_by_domain: dict[str, Formats]
    rejects: Rejects
    mappings: dict[str, tuple[Mapping, ...]]
    contract: Contract
    notes: tuple[str, ...] = ()

    @property
    def inputs(self) -> Path:
        """Return the folder of the delivered files."""
        return self.path / "inputs"

    @property
    def build_folder(self) -> Path:
        """Return the folder that a build may write and that may be deleted at any time."""
        return self.path / "build"

    @property
    def work_database(self) -> Path:
        """Return the database that dbt builds into."""
        return self.build_folder / "warehouse.duckdb"

    @property
    def published_database(self) -> Path:
        """Return the database that readers open."""
        return self.path / "warehouse.duckdb"

    @property
    def reports(self) -> Path:
        """Return the folder of the reports."""
        return self.path / "reports"

    @property
    def settings_file(self) -> Path:
        """Return the path of workspace.yml."""
        return self.path / SETTINGS_FILE

    def formats_of(self, domain: str, table: str) -> Formats:
        """Return the formats of a table: its own, else its domain's, else the workspace's."""
        for key in (f"{domain}.{table}", domain):
            if key in self.formats_by_domain:
                return self.formats_by_domain[key]
        return Formats() if domain == "cost_model" else self.formats

    def settings(self) -> dict[str, str]:
        """Return the settings that models read, as text by name."""
        calendar = self.calendar
        return {
            "company": self.company,
            "reporting_currency": self.reporting_currency,
            "calendar_type": calendar.type,
            "fiscal_year_start_month": str(calendar.fiscal_year_start_month),
            "week_start": calendar.week_start,
            "fiscal_year_named_after": calendar.fiscal_year_named_after,
            "first_fiscal_year": str(calendar.first_fiscal_year),
            "last_fiscal_year": str(calendar.last_fiscal_year),
            "closed_through": str(calendar.closed_through or ""),
            "ledger_loss_limit": format(self.rejects.ledger_loss_limit, "f"),
            "cloud_deliveries": self.cloud_deliveries,
            "stop_on": "|" + "|".join(self.rejects.stop_on) + "|",
        }


def is_source(part: str) -> bool:
    """Return whether a part of combine names a column, not a literal, the line or the file."""
    return part not in (LINE, FILE) and not part.startswith(LITERAL)


def default_workspace() -> Path:
    """Return the folder named by ITFM_WORKSPACE, else the demo company's."""
    return Path(os.environ.get("ITFM_WORKSPACE") or DEFAULT_WORKSPACE)


def load_workspace(path: Path | str | None = None) -> Workspace:
    """Read and check the workspace in `path` (default: ITFM_WORKSPACE, else the demo)."""
    folder = Path(path) if path is not None else default_workspace()
    if not folder.is_dir():
        raise WorkspaceError(
            f"There is no workspace at {folder}. Run `make build` or `itfm demo` for the demo "
            f"company, `itfm init {folder}` for an empty workspace, or set ITFM_WORKSPACE to a "
            "folder that exists."
        )
    root = folder.resolve()
    settings = root / SETTINGS_FILE
    notes = []
    if settings.is_file():
        document = _read_yaml(settings)
    else:
        document = {}
        notes.append(
            f"{SETTINGS_FILE} is missing: the company is called {root.name} and reports in USD."
        )
    return _Reader(settings, root, load_contract()).workspace(document, notes)


@cache
def currency_minor_units() -> dict[str, int]:
    """Return the minor units of every ISO 4217 currency, from the seed."""
    path = project_folder() / "seeds" / "taxonomy" / "currencies.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            row["currency_code"]: int(row["minor_units"] or 2) for row in csv.DictReader(stream)
        }


def inside(root: Path, path: Path) -> bool:
    """Return whether `path`, with links followed, stands in `root`."""
    return path.resolve().is_relative_to(root.resolve())


class _UniqueKeyLoader(yaml.SafeLoader):
    """A YAML loader that refuses a key that is written twice."""


def _construct_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key} is written twice", key_node.start_mark
            )
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_UniqueKeyLoader)
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{path}: the file is not UTF-8. Save it as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise WorkspaceError(
            f"{path}{where}: this is not valid YAML ({error.problem}). "
            "Indent with spaces, and put text with : , # or quotes between quotes."
        ) from error
    except yaml.YAMLError as error:
        raise WorkspaceError(f"{path}: this is not valid YAML ({error}).") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise WorkspaceError(f"{path}: expected `key: value` lines, such as `company: Name`.")
    return document


class _Reader:
    """Turns the YAML document into settings; every error names the file and the key."""

    def __init__(self, file: Path, root: Path, contract: Contract):
        self.file = file
        self.root = root
        self.contract = contract

    def workspace(self, document: dict[str, Any], notes: list[str]) -> Workspace:
        known = (
            "company",
            "reporting_currency",
            "cost_model",
            "cloud_deliveries",
            "closed_periods",
            "calendar",
            "formats",
            "rejects",
            "mappings",
        )
        self._keys(document, "", known)
        formats = self._section(document, "formats", ("dates", "decimal_separator", "domains"))
        base = self._formats(formats, "formats", Formats())
        cost_model = self._text(document, "", "cost_model", "cost_model")
        return Workspace(
            path=self.root,
            company=self._text(document, "", "company", self.root.name),
            reporting_currency=self._currency(document),
            cost_model=self._cost_model(document, cost_model),
            cost_model_name=PurePosixPath(cost_model).as_posix(),
            cloud_deliveries=self._choice(
                document, "", "cloud_deliveries", "replace", CLOUD_DELIVERIES
            ),
            closed_periods=self._choice(document, "", "closed_periods", "tell", CLOSED_PERIODS),
            calendar=self._calendar(document),
            formats=base,
            formats_by_domain=self._domain_formats(formats, base),
            rejects=self._rejects(document),
            mappings=self._mappings(document, base),
            contract=self.contract,
            notes=tuple(notes),
        )

    # settings -----------------------------------------------------------------------------

    def _currency(self, document: dict[str, Any]) -> str:
        code = self._text(document, "", "reporting_currency", "USD").upper()
        units = currency_minor_units()
        if code not in units:
            self._fail(
                "reporting_currency",
                f"{code} is not an ISO 4217 currency."
                + (did_you_mean(code, list(units)) or " Write a code such as USD or EUR."),
            )
        if units[code] > 2:
            self._fail(
                "reporting_currency",
                f"{code} has {units[code]} minor units, but amounts are kept with 2 decimals. "
                "Choose a reporting currency with at most 2, such as USD or EUR; ledger lines "
                f"may still be in {code}.",
            )
        return code

    def _cost_model(self, document: dict[str, Any], name: str) -> Path:
        folder = (self.root / name).resolve()
        if "cost_model" in document and not folder.is_dir():
            self._fail(
                "cost_model",
                f"there is no folder {folder}. Give the folder of the rules, absolute or relative "
                f"to {self.file.name}.",
            )
        return folder

    def _calendar(self, document: dict[str, Any]) -> Calendar:
        default = Calendar()
        known = tuple(Calendar.__dataclass_fields__)
        section = self._section(document, "calendar", known)
        at = "calendar"
        calendar = Calendar(
            type=self._choice(section, at, "type", default.type, CALENDAR_TYPES),
            fiscal_year_start_month=self._whole(section, at, "fiscal_year_start_month", 1, 1, 12),
            week_start=self._choice(section, at, "week_start", default.week_start, WEEKDAYS),
            fiscal_year_named_after=self._choice(
                section, at, "fiscal_year_named_after", "end", ("end", "start")
            ),
            first_fiscal_year=self._whole(
                section, at, "first_fiscal_year", default.first_fiscal_year, 1900, 2200
            ),
            last_fiscal_year=self._whole(
                section, at, "last_fiscal_year", default.last_fiscal_year, 1900, 2200
            ),
            closed_through=self._day(section, at, "closed_through"),
        )
        if calendar.last_fiscal_year < calendar.first_fiscal_year:
            self._fail("calendar.last_fiscal_year", "it is before first_fiscal_year.")
        return calendar

    def _formats(self, section: dict[str, Any], at: str, default: Formats) -> Formats:
        dates = self._texts(section, at, "dates", default.dates)
        for token in dates:
            if token not in DATE_TOKENS:
                self._fail(
                    f"{at}.dates",
                    f"{token} is not a known date format.{did_you_mean(token.upper(), DATE_TOKENS)}"
                    f" Known are {', '.join(DATE_TOKENS)}.",
                )
        for first, second in AMBIGUOUS_DATES:
            if first in dates and second in dates:
                self._fail(
                    f"{at}.dates",
                    f"{first} and {second} together would read one text as two days. Keep one, "
                    "and give the tables that differ their own format in formats.domains.",
                )
        separator = self._choice(
            section, at, "decimal_separator", default.decimal_separator, (".", ",")
        )
        return Formats(dates=dates, decimal_separator=separator)

    def _domain_formats(self, section: dict[str, Any], base: Formats) -> dict[str, Formats]:
        known = (*self.contract.domains, *self.contract.table_names)
        domains = self._section(section, "domains", known, at="formats")
        result: dict[str, Formats] = {}
        for key in sorted(domains, key=lambda name: "." in name):
            at = f"formats.domains.{key}"
            entry = self._section(domains, key, ("dates", "decimal_separator"), "formats.domains")
            parent = result.get(key.split(".")[0], base)
            result[key] = self._formats(entry, at, parent)
        return result

    def _rejects(self, document: dict[str, Any]) -> Rejects:
        section = self._section(document, "rejects", ("ledger_loss_limit", "stop_on"))
        limit = section.get("ledger_loss_limit", Rejects().ledger_loss_limit)
        is_number = isinstance(limit, int | float) and not isinstance(limit, bool)
        if not is_number or not 0 <= limit <= 1:
            self._fail(
                "rejects.ledger_loss_limit",
                f"{limit!r} is not a share from 0 to 1. Write 0.001 for a tenth of a percent.",
            )
        reasons = self._texts(section, "rejects", "stop_on", ())
        for reason in reasons:
            if reason not in REASON_CODES:
                self._fail(
                    "rejects.stop_on",
                    f"{reason} is not a reason code.{did_you_mean(reason, REASON_CODES)}"
                    f" Known are {', '.join(REASON_CODES)}.",
                )
        return Rejects(float(limit), reasons)

    # mappings -----------------------------------------------------------------------------

    def _mappings(self, document: dict[str, Any], base: Formats) -> dict[str, tuple[Mapping, ...]]:
        section = self._section(document, "mappings", self.contract.table_names)
        result = {}
        for name, entries in section.items():
            if isinstance(entries, dict):
                entries = [entries]
            if not isinstance(entries, list):
                self._fail(f"mappings.{name}", "expected a list of entries that start with `- `.")
            result[name] = tuple(
                self._mapping(name, position, entry, base)
                for position, entry in enumerate(entries, start=1)
            )
        return result

    def _mapping(self, name: str, position: int, entry: Any, base: Formats) -> Mapping:
        at = f"mappings.{name} (entry {position})"
        known = (
            "files",
            "columns",
            "constants",
            "combine",
            "lookups",
            "distinct",
            "dates",
            "decimal_separator",
        )
        if not isinstance(entry, dict):
            self._fail(at, "expected keys such as files, columns and constants.")
        self._keys(entry, at, known)
        pattern = self._text(entry, at, "files", "")
        if not pattern:
            self._fail(at, "say which files it reads, such as `files: inputs/raw/*.csv`.")
        self._stay_inside(f"{at}.files", pattern)
        columns = self._texts_by_name(entry, at, "columns")
        constants = self._texts_by_name(entry, at, "constants")
        combine = self._lists_by_name(entry, at, "combine")
        lookups = self._lookups(entry, at)
        self._check_targets(at, name, columns, constants, combine, lookups)
        distinct = entry.get("distinct", False)
        if not isinstance(distinct, bool):
            self._fail(f"{at}.distinct", f"{distinct!r} is not true or false.")
        formats = None
        if "dates" in entry or "decimal_separator" in entry:
            formats = self._formats(entry, at, base)
        return Mapping(
            name, position, pattern, columns, constants, combine, lookups, distinct, formats
        )

    def _lookups(self, entry: dict[str, Any], at: str) -> dict[str, Lookup]:
        known = ("from", "file", "key", "value")
        values = entry.get("lookups") or {}
        example = "{from: role, file: inputs/raw/roles.csv, key: id, value: name}"
        if not isinstance(values, dict):
            self._fail(f"{at}.lookups", f"expected lines such as `ci_class: {example}`.")
        result = {}
        for target, given in values.items():
            key = f"{at}.lookups.{target}"
            if not isinstance(given, dict):
                self._fail(key, f"expected from, file, key and value, such as {example}.")
            self._keys(given, key, known)
            for name in known:
                if name not in given:
                    self._fail(key, f"{name} is missing. Write it like {example}.")
            source, file, key_column, value = (self._plain(key, given[name]) for name in known)
            self._stay_inside(f"{key}.file", file)
            result[str(target)] = Lookup(source, file, key_column, value)
        return result

    def _stay_inside(self, at: str, path: str) -> None:
        if path.startswith(("/", "~")) or ".." in PurePosixPath(path).parts:
            self._fail(
                at,
                f"{path} leaves the workspace. Put the files below it, such as in inputs/raw/.",
            )

    def _check_targets(self, at: str, name: str, *groups: dict[str, Any]) -> None:
        known = self.contract.table(name).column_names
        seen: set[str] = set()
        for target in (target for group in groups for target in group):
            if target not in known:
                self._fail(
                    at,
                    f"{name} has no column {target}.{did_you_mean(target, known)}"
                    f" Its columns are {', '.join(known)}.",
                )
            if target in seen:
                self._fail(at, f"{target} is given twice; keep one.")
            seen.add(target)
        if not seen:
            self._fail(at, "it fills no column; give columns, constants, combine or lookups.")

    # values -------------------------------------------------------------------------------

    def _fail(self, key: str, message: str) -> None:
        raise WorkspaceError(f"{self.file}, {key}: {message}")

    def _keys(self, section: dict[str, Any], at: str, known: Iterable[str]) -> None:
        names = tuple(known)
        for key in section:
            if key not in names:
                where = f" in {at}" if at else ""
                listed = f" Known are {', '.join(names)}." if len(names) < 20 else ""
                self._fail(
                    str(key),
                    f"this key is not known{where}.{did_you_mean(str(key), names)}{listed}",
                )

    def _section(
        self, document: dict[str, Any], key: str, known: Iterable[str], at: str = ""
    ) -> dict[str, Any]:
        section = document.get(key)
        if section is None:
            return {}
        full = f"{at}.{key}" if at else key
        if not isinstance(section, dict):
            self._fail(full, "expected `key: value` lines below it.")
        self._keys(section, full, known)
        return section

    def _text(self, section: dict[str, Any], at: str, key: str, default: str) -> str:
        if key not in section:
            return default
        value = section[key]
        full = f"{at}.{key}" if at else key
        if not isinstance(value, str) or not value.strip():
            self._fail(full, f"{value!r} is not a text. Put it between quotes, or leave it out.")
        return value.strip()

    def _texts(
        self, section: dict[str, Any], at: str, key: str, default: tuple[str, ...]
    ) -> tuple[str, ...]:
        value = section.get(key, list(default))
        if isinstance(value, str):
            value = [value]
        if value is None:
            value = []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._fail(f"{at}.{key}", f"{value!r} is not a list of texts such as [a, b].")
        return tuple(dict.fromkeys(item.strip() for item in value))

    def _texts_by_name(self, section: dict[str, Any], at: str, key: str) -> dict[str, str]:
        values = section.get(key) or {}
        if not isinstance(values, dict):
            self._fail(f"{at}.{key}", "expected lines such as `account_id: Account Code`.")
        return {str(name): self._plain(f"{at}.{key}.{name}", v) for name, v in values.items()}

    def _lists_by_name(
        self, section: dict[str, Any], at: str, key: str
    ) -> dict[str, tuple[str, ...]]:
        values = section.get(key) or {}
        if not isinstance(values, dict):
            self._fail(f"{at}.{key}", "expected lines such as `line_id: [Document, $line]`.")
        result = {}
        for name, parts in values.items():
            if not isinstance(parts, list) or not parts:
                self._fail(f"{at}.{key}.{name}", "expected a list such as [Document, $line].")
            result[str(name)] = tuple(self._plain(f"{at}.{key}.{name}", part) for part in parts)
            if LITERAL in result[str(name)]:
                self._fail(f"{at}.{key}.{name}", 'text is missing after =; write it like "=rack".')
            for part in result[str(name)]:
                if re.fullmatch(r"[$]\w+", part) and is_source(part):
                    self._fail(
                        f"{at}.{key}.{name}",
                        f"{part} is not known.{did_you_mean(part, (LINE, FILE))} There are {LINE} "
                        f"and {FILE}; write a column that starts with $ without it.",
                    )
        return result

    def _plain(self, at: str, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, datetime.date):
            return value.isoformat()
        if isinstance(value, str | int | float):
            return str(value)
        self._fail(at, f"{value!r} is not a text.")
        raise AssertionError

    def _choice(
        self, section: dict[str, Any], at: str, key: str, default: str, allowed: tuple[str, ...]
    ) -> str:
        value = self._text(section, at, key, default)
        if value not in allowed:
            self._fail(
                f"{at}.{key}" if at else key,
                f"{value} is not known.{did_you_mean(value, allowed)} "
                f"Choose one of {', '.join(allowed)}.",
            )
        return value

    def _day(self, section: dict[str, Any], at: str, key: str) -> datetime.date | None:
        value = section.get(key)
        if value is not None and type(value) is not datetime.date:
            self._fail(f"{at}.{key}", f"{value!r} is not a day. Write one such as 2025-01-31.")
        return value

    def _whole(
        self, section: dict[str, Any], at: str, key: str, default: int, low: int, high: int
    ) -> int:
        value = section.get(key, default)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not low <= value <= high:
            self._fail(f"{at}.{key}", f"{value!r} is not a whole number from {low} to {high}.")
        return value
