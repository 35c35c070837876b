"""What is expected of which table, as data; nothing here knows Great Expectations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from itfm.contract import Contract, Table
from itfm.errors import UserError

DOOR = "door"
CONTRACT = "contract"
MARTS = "marts"
STAGES = {
    DOOR: "At the door: the delivered files",
    CONTRACT: "The input contract: rows that are used",
    MARTS: "The marts: what people read",
}
BLOCKING = "blocking"
WARNING = "warning"
LEDGER = "ledger.journal_lines"
MARTS_FILE = Path(__file__).with_name("marts.yml")
ROWS_QUERY = "UnexpectedRowsExpectation"
REJECTED = (
    "The build leaves these rows out and lists them in reconciliation.rec_rejected_rows: "
    "mend the file."
)
BROKEN_CONTRACT = (
    "A staging model lets rows through that break the contract: correct its reject_reason."
)


@dataclass(frozen=True)
class Check:
    """One expectation on one table, with what a failure means and what to do about it."""

    stage: str
    table: str
    expectation: str
    arguments: dict[str, Any]
    description: str
    severity: str = BLOCKING
    column: str | None = None
    what_to_do: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a check."""

    check: Check
    success: bool
    observed: str = ""
    unexpected_count: int | None = None
    examples: tuple[str, ...] = field(default=())
    error: str | None = None

    @property
    def blocks(self) -> bool:
        """Return whether this outcome stops the build."""
        return not self.success and self.check.severity == BLOCKING


def all_checks(contract: Contract, delivered: Iterable[str]) -> list[Check]:
    """Return every check; tables that were not delivered (domain.table) have none at the door."""
    names = set(delivered) | {LEDGER}
    checks: list[Check] = []
    for table in contract.tables:
        if table.full_name in names:
            checks += door_checks(table)
            checks += contract_checks(table)
    return checks + mart_checks()


def door_checks(table: Table) -> Iterator[Check]:
    """Yield what is expected of the delivered text; broken rows are rejected, so they only warn."""
    landed = f"landing.{table.relation}"
    is_ledger = table.full_name == LEDGER
    if is_ledger:  # any other table may be absent, and a file with a header alone is an absent one
        yield Check(
            DOOR,
            landed,
            "ExpectTableRowCountToBeBetween",
            {"min_value": 1},
            "The files hold at least one row.",
            BLOCKING,
            what_to_do="Deliver rows in inputs/ledger/journal_lines.",
        )
    for column in table.columns:
        name = _quoted(column.name)
        if column.required:
            yield _rows(
                DOOR,
                landed,
                "select file_name, line_number from {batch} "
                f"where coalesce(trim({name}), '') = ''",
                f"{column.name} is filled in every row.",
                WARNING,
                column.name,
                REJECTED,
            )
        if column.allowed_values:
            known = ", ".join(_text(value.lower()) for value in column.allowed_values)
            yield _rows(
                DOOR,
                landed,
                f"select file_name, line_number, {name} from {{batch}} "
                f"where trim({name}) <> '' and lower(trim({name})) not in ({known})",
                f"{column.name} is one of {', '.join(column.allowed_values)}.",
                WARNING,
                column.name,
                REJECTED,
            )
    yield _rows(
        DOOR,
        "landing.malformed_rows",
        "select file_name, line_number, reason_code from {batch} "
        f"where domain = {_text(table.domain)} and table_name = {_text(table.name)}",
        f"Every record of {table.full_name} can be cut into its columns.",
        WARNING,
        what_to_do="Look for a stray quote or separator on the lines named; " + REJECTED,
    )


def contract_checks(table: Table) -> Iterator[Check]:
    """Yield what is expected of the input layer: what the contract promises to later models."""
    model = f"input_layer.input_{table.relation}"
    for column in table.columns:
        if column.required:
            yield Check(
                CONTRACT,
                model,
                "ExpectColumnValuesToNotBeNull",
                {"column": column.name},
                f"{column.name} is never null.",
                column=column.name,
                what_to_do=BROKEN_CONTRACT,
            )
        if column.allowed_values:
            yield Check(
                CONTRACT,
                model,
                "ExpectColumnValuesToBeInSet",
                {"column": column.name, "value_set": list(column.allowed_values)},
                f"{column.name} is one of {', '.join(column.allowed_values)}.",
                column=column.name,
                what_to_do=BROKEN_CONTRACT,
            )
        if column.minimum is not None or column.above is not None:
            strict = column.above is not None
            limit = column.above if strict else column.minimum
            yield Check(
                CONTRACT,
                model,
                "ExpectColumnValuesToBeBetween",
                {"column": column.name, "min_value": limit, "strict_min": strict},
                f"{column.name} is {'above' if strict else 'at least'} {limit}.",
                column=column.name,
                what_to_do=BROKEN_CONTRACT,
            )
    yield from _form_checks(table, model)


def _form_checks(table: Table, model: str) -> Iterator[Check]:
    identifiers = [column.name for column in table.columns if column.unit == "identifier"]
    if identifiers:
        broken = " or ".join(
            f"{_quoted(name)} <> trim({_quoted(name)}) or {_quoted(name)} = ''"
            for name in identifiers
        )
        yield _rows(
            CONTRACT,
            model,
            f"select file_name, line_number from {{batch}} where {broken}",
            "Identifiers are not empty and carry no blanks around them.",
            what_to_do=BROKEN_CONTRACT,
        )
    currencies = [column.name for column in table.columns if "ISO 4217" in column.unit]
    for name in currencies:
        yield _rows(
            CONTRACT,
            model,
            f"select file_name, line_number, {_quoted(name)} from {{batch}} "
            f"where not regexp_full_match({_quoted(name)}, '[A-Z][A-Z][A-Z]')",
            f"{name} has the form of an ISO 4217 code.",
            WARNING,
            name,
            "Deliver three-letter codes such as EUR.",
        )
    if table.key:
        keys = ", ".join(_quoted(name) for name in table.key)
        yield _rows(
            CONTRACT,
            model,
            f"select {keys}, count(*) as times from {{batch}} group by {keys} having count(*) > 1",
            f"{', '.join(table.key)} identifies a row.",
            what_to_do=BROKEN_CONTRACT,
        )


def mart_checks(path: Path = MARTS_FILE) -> list[Check]:
    """Return the expectations that a file such as marts.yml lists by table."""
    with path.open(encoding="utf-8") as stream:
        document = yaml.safe_load(stream)
    checks = []
    for table, entries in document.items():
        for entry in entries:
            known = {"expectation", "rows", "means", "severity", "do"}
            arguments = {key: value for key, value in entry.items() if key not in known}
            expectation = entry.get("expectation", ROWS_QUERY)
            if "rows" in entry:
                arguments["unexpected_rows_query"] = entry["rows"]
            severity = entry.get("severity", BLOCKING)
            if severity not in (BLOCKING, WARNING) or "means" not in entry:
                raise UserError(
                    f"{path.name}, {table}: every expectation says what it means, and its "
                    f"severity is {BLOCKING} or {WARNING}."
                )
            checks.append(
                Check(
                    MARTS,
                    table,
                    expectation,
                    arguments,
                    entry["means"],
                    severity,
                    arguments.get("column"),
                    entry.get("do", ""),
                )
            )
    return checks


def _rows(
    stage: str,
    table: str,
    query: str,
    description: str,
    severity: str = BLOCKING,
    column: str | None = None,
    what_to_do: str = "",
) -> Check:
    arguments = {"unexpected_rows_query": query}
    return Check(stage, table, ROWS_QUERY, arguments, description, severity, column, what_to_do)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
