"""Check a workspace before a build: the same parsing as the build, and errors one can act on.

The files are landed into a scratch database, and the models that judge rows, rules and limits are
made in it from the SQL that dbt compiles: what they say is what a build would say. Nothing outside
build/check/ is written.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from itfm.contract import Contract, Table, did_you_mean
from itfm.errors import UserError
from itfm.judges import LAST_JUDGES, LATER_JUDGES, Judges
from itfm.landing import LoadedFile, load, problems
from itfm.survey import Problem
from itfm.workspace import Workspace, load_workspace

SHOWN_PER_KIND = 20
NOT_ERRORS = ("superseded_delivery",)
STOPPING_FILES = ("unreadable_file", "duplicate_file", "unknown_column", "unclear_header")
HUGE = 1e25
SPREADSHEET_ERRORS = (
    "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
)  # fmt: skip
LIMIT = "limit_of_the_workspace"
LEFT_OUT = "reconciliation.rec_rejected_rows"
ONLY_A_BUILD = "Only a build finds what Great Expectations expects of the files and results."
NOT_YET = (
    "Not judged yet: circles of services and towers, capacities, and rules that take nothing. They "
    "are judged once the rules have no error."
)
UNREAD = (
    "Rules, drivers and limits were not judged, since a file cannot be read; check again when it "
    "can."
)
LEDGER = "inputs/ledger/journal_lines"


@dataclass
class Report:
    """What a check found; the counts hold all findings, the lists the first of each kind."""

    workspace: Path
    files: list[LoadedFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    counts: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    shown: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    stopping: set[tuple[str, str, str, str]] = field(default_factory=set)
    is_judged: bool = False  # the networks were judged too

    @property
    def errors(self) -> int:
        """Return how many errors were found."""
        return sum(count for key, count in self.counts.items() if key[0] == "error")

    @property
    def warnings(self) -> int:
        """Return how many warnings were found."""
        return sum(count for key, count in self.counts.items() if key[0] == "warning")

    @property
    def stops(self) -> int:
        """Return how many errors stop a build."""
        return sum(self.counts[key] for key in self.stopping)

    @property
    def is_unread(self) -> bool:
        """Return whether a file cannot be read, so that what refers to it cannot be judged."""
        return any(problem.kind == "unreadable_file" for problem in self.problems)

    def add(self, problem: Problem, total: int | None = None, *, stops: bool = False) -> None:
        """Take a finding; of each kind and file the first are kept, the rest is counted.

        `total` is given where the finding is one of the first of so many, `stops` where a build
        would not go on; it leaves other rows and files out.
        """
        key = _key(problem)
        if stops and problem.severity == "error":
            self.stopping.add(key)
        shown = self.shown.get(key, 0)
        self.counts[key] = self.counts.get(key, 0) + 1 if total is None else total
        if shown < SHOWN_PER_KIND:
            self.shown[key] = shown + 1
            self.problems.append(problem)


def check_workspace(path: Path | str, progress: Callable[[str], None] = lambda _: None) -> Report:
    """Read every file of the workspace against the contract and report all that is wrong."""
    workspace = load_workspace(path)
    report = Report(workspace.path)
    for note in workspace.notes:
        report.add(Problem("warning", "settings", note, "workspace.yml"))
    scratch = workspace.build_folder / "check"
    scratch.mkdir(parents=True, exist_ok=True)
    database = scratch / "warehouse.duckdb"
    progress(f"reading the files of {workspace.path.name}")
    with _open(database) as connection:
        report.files = load(connection, workspace, keep_going=True)
        for problem in problems(connection):
            report.add(problem, stops=_stops(problem, report))
    progress(f"casting {sum(file.row_count for file in report.files):,} rows")
    judges = Judges(workspace, scratch, database, progress)
    with _open(database) as connection:
        judges.make_staging(connection)
        _check_presence(workspace, report)
        _check_rows(connection, workspace.contract, report)
        _check_malformed(connection, report)
        _check_spreadsheet_errors(connection, workspace.contract, report)
        if report.is_unread:
            return _in_order(report)
        progress("judging rules, drivers and limits")
        if fault := judges.make(connection):
            report.add(fault, stops=True)
        else:
            _check_cost_model(connection, report)
            _check_limits(connection, report)
            _check_tests(connection, judges.tests, report)
            if _rules_are_sound(connection):
                progress("judging who serves whom, and capacities")
                _check_networks(connection, judges, report)
    return _in_order(report)


def _stops(problem: Problem, report: Report) -> bool:
    """Say whether a problem of a file stops a build: rules and weights are never left out."""
    if problem.kind != "missing_column":
        return problem.kind in STOPPING_FILES
    is_needed = problem.domain == "cost_model" or problem.table_name == "drivers"
    with_rows = {file.file_name for file in report.files if file.row_count}
    return is_needed and problem.file_name in with_rows


def _in_order(report: Report) -> Report:
    """Sort the problems of each file by line, those of one kind together from their first line."""
    first_lines: dict[tuple[str, ...], int] = {}
    for problem in report.problems:
        line, key = problem.line_number or 0, _key(problem)
        first_lines[key] = min(line, first_lines.get(key, line))

    def order(problem: Problem) -> tuple[object, ...]:
        severity, file_name, *kind = key = _key(problem)
        return (severity, file_name, first_lines[key], *kind, problem.line_number or 0)

    report.problems.sort(key=order)
    return report


def render(report: Report) -> str:
    """Return the report as text, grouped by file and kind."""
    lines: list[str] = []
    for severity, title in (("error", "Errors"), ("warning", "Warnings")):
        found = [problem for problem in report.problems if problem.severity == severity]
        if not found:
            continue
        lines += [title, ""]
        for key in dict.fromkeys(_key(problem) for problem in found):
            group = [problem for problem in found if _key(problem) == key]
            lines += [f"  {problem.message}" for problem in group]
            if (more := report.counts[key] - len(group)) > 0:
                lines.append(f"  ... and {more:,} more of this kind in {group[0].file_name}")
        lines.append("")
    rows = sum(file.row_count for file in report.files)
    lines.append(
        f"{len(report.files)} files, {rows:,} rows: {_count(report.errors, 'error')}, "
        f"{_count(report.warnings, 'warning')}"
    )
    lines.append(_verdict(report))
    if not report.is_judged:
        lines.append(UNREAD if report.is_unread else NOT_YET)
    lines.append(ONLY_A_BUILD)
    return "\n".join(lines)


def _verdict(report: Report) -> str:
    """Say whether a build would stop, and what becomes of the rows."""
    others = report.errors - report.stops
    left = f"leaves such rows and files out; rows are shown in {LEFT_OUT}"
    if report.stops:
        rest = f" For the other {_count(others, 'error')} it {left}." if others else ""
        return f"A build stops for {_count(report.stops, 'error')} of these.{rest}"
    return f"A build goes on: it {left}." if others else "Nothing found here stops a build."


def _open(database: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(database))
    except duckdb.IOException as error:
        raise UserError(
            f"{database} is in use: another check of this workspace is running. Wait for it."
        ) from error


# rows -----------------------------------------------------------------------------------------


def _check_presence(workspace: Workspace, report: Report) -> None:
    delivered = {f"{f.domain}.{f.table}" for f in report.files if f.row_count}
    unreadable = {
        (problem.domain, problem.table_name)
        for problem in report.problems
        if problem.kind == "unreadable_file"
    }
    is_unreadable = ("ledger", "journal_lines") in unreadable or any(
        problem.kind == "unreadable_file"
        and problem.file_name
        and (problem.file_name.startswith(LEDGER) or LEDGER.startswith(problem.file_name))
        for problem in report.problems
    )
    if "ledger.journal_lines" not in delivered and not is_unreadable:
        report.add(
            Problem(
                "error",
                "no_ledger",
                "inputs/ledger/journal_lines.csv: there are no ledger lines. It is the only table "
                "that must be delivered; put the file there, or map one onto it in workspace.yml.",
                "inputs/ledger/journal_lines.csv",
            ),
            stops=True,
        )
    if not any(name.startswith("cost_model.") for name in delivered):
        report.add(
            Problem(
                "warning",
                "no_rules",
                f"{workspace.cost_model_name}/: there are no rules, so all cost stays unclassified "
                "and unallocated. `itfm init` writes a starter cost model to copy.",
                workspace.cost_model_name,
            )
        )
    else:
        for table, effect in {
            "classification_rules": "so all cost stays unclassified and unallocated",
            "allocation_rules": "so all cost stays unallocated in its pools",
        }.items():
            if f"cost_model.{table}" not in delivered:
                file_name = f"{workspace.cost_model_name}/{table}.csv"
                report.add(
                    Problem(
                        "warning",
                        "no_rules",
                        f"{file_name}: there are no {table.replace('_', ' ')}, {effect}. Put the "
                        "file back; `itfm init` writes one to copy.",
                        file_name,
                    )
                )


def _check_rows(connection: duckdb.DuckDBPyConnection, contract: Contract, report: Report) -> None:
    relations = _staging_relations(connection)
    delivered = {(file.domain, file.table) for file in report.files if file.row_count}
    for table in contract.tables:
        if (table.domain, table.name) not in delivered:
            continue
        formats = _formats(connection, table)
        for relation in relations.get(table.name, ()):
            rows = connection.execute(
                f"""
                with rejected as (
                    select
                        file_name,
                        line_number,
                        reject_reason,
                        count(*) over (partition by reject_reason, file_name) as found
                    from staging.{relation}
                    where reject_reason is not null
                    qualify row_number() over (
                        partition by reject_reason, file_name order by line_number
                    ) <= {SHOWN_PER_KIND}
                ),

                delivered as (
                    select file_name, line_number, cast(to_json(landed) as varchar) as raw
                    from landing.{table.relation} as landed
                    semi join rejected using (file_name, line_number)
                    qualify row_number() over (partition by file_name, line_number) = 1
                )

                select file_name, line_number, reject_reason, raw, found
                from rejected
                left join delivered using (file_name, line_number)
                order by file_name, reject_reason, line_number
                """
            ).fetchall()
            _report_rows(report, table, rows, formats)


def _formats(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, tuple[str, str]]:
    """Return how dates and numbers of each file of the table are read."""
    rows = connection.execute(
        "select file_name, any_value(date_formats), any_value(decimal_separator) "
        f"from landing.{table.relation} group by file_name"
    ).fetchall()
    return {name: (dates, separator) for name, dates, separator in rows}


def _report_rows(
    report: Report,
    table: Table,
    rows: Iterable[tuple[str, int, str, str, int]],
    formats: dict[str, tuple[str, str]],
) -> None:
    missing = {
        (problem.file_name, problem.column_name)
        for problem in report.problems
        if problem.kind == "missing_column"
    }
    for file_name, line, reason, raw, found in rows:
        code, _, column = reason.partition(":")
        if code in NOT_ERRORS or (code == "missing_value" and (file_name, column) in missing):
            continue
        problem = _row_problem(
            table, file_name, line, code, column, _raw(raw), formats.get(file_name, ("", "."))
        )
        report.add(problem, found)


def _row_problem(
    table: Table,
    file_name: str,
    line: int,
    code: str,
    column: str,
    row: dict[str, Any],
    formats: tuple[str, str],
) -> Problem:
    columns = [name for name in column.split(",") if name]
    value = ", ".join(str(row.get(name) if row.get(name) is not None else "") for name in columns)
    message = _advice(table, code, columns, value, formats)
    where = f"{file_name}, line {line:,}" + (f", {', '.join(columns)}" if columns else "")
    return Problem(
        "error",
        code,
        f"{where}: {message}",
        file_name,
        line,
        column or None,
        value,
        table.domain,
        table.name,
    )


def _advice(
    table: Table, code: str, columns: list[str], value: str, formats: tuple[str, str]
) -> str:
    """Say what is wrong with a value and what to do about it."""
    column = next((c for c in table.columns if columns and c.name == columns[0]), None)
    shown = f"'{value}'"
    dates = formats[0].strip("|").replace("|", ", ")
    numbers = "1070.00 or 1,070.00" if formats[1] == "." else "1070,00 or 1.070,00"
    allowed = ", ".join(column.allowed_values) if column else ""
    close = did_you_mean(value, column.allowed_values) if column else ""
    named = {"drivers": "of this driver", "service_usage": "of use of this service"}.get(
        table.name, "of this measure"
    )
    place = (
        "under formats, domains, cost_model, for it does not follow the formats of deliveries"
        if table.domain == "cost_model"
        else "under formats, or in its mapping"
    )
    parent = column.references if column and column.references else "its table"
    if code.startswith("unparsable_") and value.strip().upper() in SPREADSHEET_ERRORS:
        return f"{shown} is an error of a spreadsheet. Mend its formula and save the file again."
    if code == "unparsable_date" and re.fullmatch(r"(19|20)\d\d-?(0[1-9]|1[0-2]|P\d\d)", value):
        told = any(one.name == "period_name" for one in table.columns)
        return f"{shown} names a period, not a day. Write a day of it, such as its last one" + (
            ", and the period into period_name where it is another one." if told else "."
        )
    if code.startswith("unparsable_") and value.strip().startswith("="):
        return f"{shown} is a formula of a spreadsheet. Write the value that it shows."
    if code == "unparsable_number" and value.strip().endswith("%"):
        return f"{shown} has a percent sign. Write {value.strip().rstrip('% ')}."
    is_a_word = not any(character.isdigit() for character in value)
    if code == "unparsable_number" and table.name == "allocation_percentages" and is_a_word:
        return (
            f"{shown} is no percentage. Write a number such as 12{formats[1]}5, or the word rest "
            "for what the other rows of the rule leave of 100."
        )
    if code == "unparsable_number" and _is_huge(value):
        code = "too_large"
    if table.name == "allocation_percentages" and columns == ["percentage"]:
        if code == "repeated_key":
            return (
                f"the word {shown} stands in an earlier row of this rule. One row takes what the "
                "numbers leave; write numbers in the others."
            )
        if code == "too_large":
            return f"{shown} is no percentage: the whole is 100. Correct it."
    texts = {
        "missing_value": "the value is missing. Every row needs one.",
        "unparsable_date": f"{shown} is a day that does not exist. Correct it."
        if _is_no_day(value, formats[0])
        else f"{shown} is not a date in a declared format ({dates})."
        f"{_date_formats_of(value)} Correct it, or declare its format in workspace.yml: "
        f"{place.replace('in its', 'as dates of its')}.",
        "unparsable_timestamp": f"{shown} is not a time. Write it as 2025-01-31T23:00:00Z, or "
        f"declare its date format under formats in workspace.yml (now: {dates}).",
        "unparsable_number": f"{shown} is not a number with the decimal separator "
        f"'{formats[1]}'. Write {numbers}, or set decimal_separator in workspace.yml: "
        f"{place}.",
        "unparsable_integer": f"{shown} is not a whole number below 2,000,000,000.",
        "unparsable_boolean": f"{shown} is neither true nor false. Write true or false.",
        "unknown_code": f"{shown} is not one of {allowed}.{close}",
        "negative_value": f"{shown} is negative. Only 0 and more are allowed here.",
        "not_positive": f"{shown} must be above 0.",
        "orphan": f"{shown} does not exist in {parent}. Add it there, or correct it.",
        "repeated_key": f"the key {shown} stands in an earlier row. Each row needs its own; "
        "delete the copy or make the key unique.",
        "unknown_period": f"{shown} lies in no fiscal period. Correct it, or widen the calendar "
        "in workspace.yml (first_fiscal_year, last_fiscal_year, or fiscal_periods.csv).",
        "reserved_name": f"{shown} is the name of the scenario that holds the posted ledger. Call "
        "the version something else."
        if "version" in "".join(columns)
        else f"{shown} is the name of the measure that holds money. Call yours something else."
        if columns == ["measure"]
        else f"{shown} is kept for a place where money stands without a receiver, or "
        "stands for any object. Choose another id.",
        "mixed_units": f"{shown} is not the unit of most rows {named}, which has one unit; case "
        "counts, for Mb is no MB. Convert the quantity, or write the unit as the others do.",
        "too_large": f"{shown} is too large: a line of money holds less than 10,000,000,000,000, a "
        "quantity less than a tenth of that, a rate less than 1,000,000. Correct it.",
        "overlapping_period": f"{shown} lies in a period that begins earlier; a day lies in one "
        "period. Correct the dates of one of the two.",
        "reversed_dates": f"{shown} is before the day on which it begins, so it never holds. "
        "Correct one of the two dates.",
        "missing_exchange_rate": f"there is no average rate from {shown} to the reporting currency "
        "in its fiscal period. Add a row with rate_type average to inputs/ledger/"
        "exchange_rates.csv.",
    }
    return texts.get(code, f"{shown} cannot be used ({code}).")


def _is_huge(value: str) -> bool:
    """Return whether a text is a number that only its size keeps from being read."""
    try:
        number = abs(float(value))
    except ValueError:
        return False
    return HUGE <= number < float("inf")


def _date_formats_of(value: str) -> str:
    """Name the formats that a text may be written in; empty when none comes to mind."""
    for shape, tokens in _DATE_SHAPES:
        if re.fullmatch(shape, value.strip()):
            return f" It looks like {tokens}."
    return ""


def _is_no_day(value: str, formats: str) -> bool:
    """Return whether a text is written in a declared format and only its day does not exist."""
    for token in formats.strip("|").split("|"):
        width = "" if token == "YYYYMMDD" else "1,"
        shape = re.escape(token)
        for part, pattern in (
            ("YYYY", r"(?P<year>\d{4})"),
            ("YY", r"(?P<year>\d{2})"),
            ("MON", r"(?P<name>[A-Za-z]{3})"),
            ("MM", rf"(?P<month>\d{{{width}2}})"),
            ("DD", rf"(?P<day>\d{{{width}2}})"),
        ):
            if "(?P<year>" not in shape or part not in ("YYYY", "YY"):
                shape = shape.replace(part, pattern)
        found = re.fullmatch(shape, value.strip())
        parts = found.groupdict() if found else {}
        name = parts.get("name", "").lower()
        month = _MONTHS.index(name) + 1 if name in _MONTHS else int(parts.get("month", 0))
        if "day" not in parts or not 1 <= month <= 12:
            continue
        year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
        last = calendar.monthrange(year, month)[1] if year else 31
        if not 1 <= int(parts["day"]) <= last:
            return True
    return False


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE_SHAPES = (
    (r"\d{1,2}[.]\d{1,2}[.]\d{4}", "DD.MM.YYYY"),
    (r"\d{1,2}[.]\d{1,2}[.]\d{2}", "DD.MM.YY"),
    (r"(1[3-9]|2\d|3[01])/\d{1,2}/\d{4}", "DD/MM/YYYY"),
    (r"\d{1,2}/(1[3-9]|2\d|3[01])/\d{4}", "MM/DD/YYYY"),
    (r"\d{1,2}/\d{1,2}/\d{4}", "DD/MM/YYYY or MM/DD/YYYY"),
    (r"\d{1,2}/\d{1,2}/\d{2}", "DD/MM/YY or MM/DD/YY"),
    (r"\d{1,2}-\d{1,2}-\d{4}", "DD-MM-YYYY or MM-DD-YYYY"),
    (r"\d{4}/\d{1,2}/\d{1,2}", "YYYY/MM/DD"),
    (r"(19|20)\d{6}", "YYYYMMDD"),
    (r"\d{1,2}-[A-Za-z]{3}-\d{4}", "DD-MON-YYYY"),
    (r"\d{1,2} [A-Za-z]{3} \d{4}", "DD MON YYYY"),
    (r"[34]\d{4}([.]\d+)?", "EXCEL, the day number of a spreadsheet"),
)


def _check_malformed(connection: duckdb.DuckDBPyConnection, report: Report) -> None:
    rows = connection.execute(
        f"""
        select domain, table_name, file_name, line_number, raw_row,
            count(*) over (partition by domain, table_name, file_name) as found
        from landing.malformed_rows
        qualify row_number() over (
            partition by domain, table_name, file_name order by line_number
        ) <= {SHOWN_PER_KIND}
        order by file_name, line_number
        """
    ).fetchall()
    for domain, table, file_name, line, raw, found in rows:
        text = raw if len(raw) <= 80 else raw[:77] + "..."
        problem = Problem(
            "error",
            "malformed_row",
            f"{file_name}, line {line:,}: the record cannot be cut into the columns of the header: "
            f"{text!r}. Look for a quote that is not closed, or a delimiter inside a value "
            "without quotes.",
            file_name,
            line,
            None,
            raw,
            domain,
            table,
        )
        report.add(problem, found)


def _check_spreadsheet_errors(
    connection: duckdb.DuckDBPyConnection, contract: Contract, report: Report
) -> None:
    """Warn of #REF! and its kin in columns of text, where they pass for an id or a name."""
    errors = ", ".join(f"'{one}'" for one in SPREADSHEET_ERRORS)
    delivered = {(file.domain, file.table) for file in report.files if file.row_count}
    for table in contract.tables:
        texts = [one.name for one in table.columns if one.data_type == "varchar"]
        if (table.domain, table.name) not in delivered or not texts:
            continue
        rows = connection.execute(
            f"""
            select file_name, min(line_number), column_name, any_value(found), count(*)
            from (
                unpivot (
                    select file_name, line_number, {", ".join(f'"{one}"' for one in texts)}
                    from landing.{table.relation}
                    where {" or ".join(f'"{one}" in ({errors})' for one in texts)}
                ) on {", ".join(f'"{one}"' for one in texts)} into name column_name value found
            )
            where found in ({errors})
            group by file_name, column_name
            order by all
            """
        ).fetchall()
        for file_name, line, column, value, count in rows:
            message = (
                f"{file_name}, line {line:,}, {column}: '{value}' is an error of a spreadsheet, "
                "and is read as a text like any other. Mend its formula and save the file again."
            )
            problem = Problem("warning", "spreadsheet_error", message, file_name, line, column)
            report.add(problem, count)


# cost model -----------------------------------------------------------------------------------


def _check_cost_model(connection: duckdb.DuckDBPyConnection, report: Report) -> None:
    """Report what alloc_rule_faults says; rejected rows of the cost model are told row by row."""
    rows = connection.execute(
        "select severity, fault, message, file_name, line_number "
        "from allocation.alloc_rule_faults where fault <> 'rejected_row' "
        "order by file_name, line_number, message"
    ).fetchall()
    for severity, fault, message, file_name, line in rows:
        report.add(Problem(severity, fault, message, file_name, line), stops=True)
    for message, file_name, line in connection.execute(
        "select message, file_name, line_number from reconciliation.rec_unknown_parents "
        "order by file_name, line_number, message"
    ).fetchall():
        text = f"{file_name}, line {line}: {message}."
        report.add(Problem("warning", "unknown_parent", text, file_name, line))
    rejected = {
        ("error", file_name, reason, column or "")
        for file_name, reason, column in connection.execute(
            "select distinct file_name, reason_code, column_name "
            "from input_layer.input_cost_model__rejected_rules"
        ).fetchall()
    }
    report.stopping |= rejected & report.counts.keys()


def _rules_are_sound(connection: duckdb.DuckDBPyConnection) -> bool:
    (faults,) = connection.execute(
        "select count(*) from allocation.alloc_rule_faults where severity = 'error'"
    ).fetchone() or (0,)
    return faults == 0


def _check_networks(connection: duckdb.DuckDBPyConnection, judges: Judges, report: Report) -> None:
    """Report circles that money never leaves, and use beside capacities; for sound rules only."""
    if fault := judges.make(connection, LATER_JUDGES):
        report.add(fault, stops=True)
        return
    report.is_judged = True
    _tell_networks(connection, report, "alloc_network_faults")
    for severity, fault, message, file_name, line in connection.execute(
        "select severity, fault, message, file_name, line_number "
        "from allocation.alloc_use_faults order by file_name, line_number, message"
    ).fetchall():
        report.add(Problem(severity, fault, message, file_name, line))
    if fault := judges.make(connection, LAST_JUDGES):
        report.add(fault, stops=True)
        return
    _tell_networks(connection, report, "alloc_slow_circles")


def _tell_networks(connection: duckdb.DuckDBPyConnection, report: Report, model: str) -> None:
    """Report each fault of a network once, with its first period and rule set."""
    rows = connection.execute(
        "select message, file_name, line_number from allocation." + model + " qualify row_number() "
        "over (partition by layer, object_id, file_name, line_number "
        "order by fiscal_period, rule_set, message) = 1 "
        "order by file_name, line_number, message"
    ).fetchall()
    for message, file_name, line in rows:
        report.add(Problem("error", "network", message, file_name, line), stops=True)


def _check_limits(connection: duckdb.DuckDBPyConnection, report: Report) -> None:
    """Report the limits that rejected rows break; those of rules are told one by one."""
    is_empty = any(problem.kind == "no_ledger" for problem in report.problems)
    rows = connection.execute(
        "select gate, message from reconciliation.rec_reject_gates "
        "where passes is not true and gate <> 'rules_and_drivers_complete' order by all"
    ).fetchall()
    for gate, message in rows:
        if not (gate == "ledger_not_empty" and is_empty):
            report.add(Problem("error", LIMIT, f"Limit {gate}: {message}.", gate), stops=True)


def _check_tests(
    connection: duckdb.DuckDBPyConnection, tests: dict[str, Any], report: Report
) -> None:
    """Report the tests of core that fail, in the words at the head of their files."""
    for node in tests.values():
        rows = connection.execute(node["compiled_code"]).fetchmany(SHOWN_PER_KIND)
        if rows:
            lines = node["raw_code"].splitlines()
            head = " ".join(line[3:] for line in lines if line.startswith("-- "))
            head = head.replace("Fails when a", "A", 1)
            told = "; ".join(sorted(", ".join(str(value) for value in row) for row in rows))
            fault = Problem("error", node["name"], f"{head} Found: {told}.", node["name"])
            report.add(fault, stops=True)


# helpers --------------------------------------------------------------------------------------


def _staging_relations(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return the staging relations that judge rows, by the name of their table."""
    rows = connection.execute(
        "select table_name from information_schema.columns "
        "where table_schema = 'staging' and column_name = 'reject_reason' order by table_name"
    ).fetchall()
    relations: dict[str, list[str]] = {}
    for (name,) in rows:
        relations.setdefault(name.partition("__")[2], []).append(name)
    return relations


def _raw(raw: str | None) -> dict[str, Any]:
    try:
        row = json.loads(raw or "{}")
    except json.JSONDecodeError:
        return {}
    return row if isinstance(row, dict) else {}


def _key(problem: Problem) -> tuple[str, str, str, str]:
    return (
        problem.severity,
        problem.file_name or "",
        problem.kind,
        problem.column_name or "",
    )


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
