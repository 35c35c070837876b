"""What a proposed rule set does to the bills: a table, Markdown for a pull request, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from itfm.errors import UserError
from itfm.readers import open_warehouse, unreadable
from itfm.summary import money
from itfm.trace.text import safe_cell
from itfm.workspace import load_workspace

KEYS = {
    "consumer": ("consumer_id",),
    "service": ("service_id",),
    "both": ("consumer_id", "service_id"),
}
OPEN_ROWS = 10
MOST_RULES = 30
ONLY_TYPE = "expense type"
PIECE = re.compile(r"(?<= )[+-]\d+\.\d\d(?=;|$)")


@dataclass
class Diff:
    """The effect of a proposed rule set in some periods, and what to call it."""

    rule_set: str
    based_on: str
    scenario: str
    currency: str
    first: date
    last: date
    by: str
    rules: list[tuple[str, ...]]
    before: Decimal
    after: Decimal
    capex: tuple[Decimal, Decimal]
    more: int
    less: int
    movers: list[tuple[str, Decimal]]
    rows: list[tuple[Any, ...]]
    row_count: int
    columns: list[str] = field(default_factory=list)


def diff(
    path: Path | str,
    *,
    rule_set: str | None = None,
    scenario: str = "actual",
    period: str | None = None,
    year: int | None = None,
    by: str = "both",
    top: int | None = None,
    output_format: str = "table",
) -> str:
    """Return what a proposed rule set of a workspace does, in one of the formats."""
    workspace = load_workspace(path)
    try:
        with open_warehouse(workspace) as connection:
            found = _read(
                connection, workspace.reporting_currency, rule_set, scenario, period, year, by, top
            )
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise UserError(
            f"the warehouse of {workspace.path} was built by an older version, which compares "
            "less. Build it again."
        ) from error
    except duckdb.Error as error:
        raise UserError(unreadable(workspace.published_database, error)) from error
    return {"table": _table, "markdown": _markdown, "json": _json, "csv": _csv}[output_format](
        found
    )


def _read(
    connection: duckdb.DuckDBPyConnection,
    currency: str,
    rule_set: str | None,
    scenario: str,
    period: str | None,
    year: int | None,
    by: str,
    top: int | None,
) -> Diff:
    chosen, based_on = _rule_set(connection, rule_set)
    scenarios = connection.execute(
        "select distinct scenario from marts.fct_rule_set_changes where rule_set = ? order by 1",
        [chosen],
    ).fetchall()
    if (scenario,) not in scenarios:
        names = ", ".join(name for (name,) in scenarios)
        raise UserError(f"there is no scenario {scenario}; there are {names or 'none'}.")
    periods = _periods(connection, chosen, scenario, period, year)
    connection.execute(
        "create temp table chosen_bills as select * from marts.fct_rule_set_changes "
        "where rule_set = ? and scenario = ? and list_contains(?, fiscal_period)",
        [chosen, scenario, periods],
    )
    connection.execute(
        "create temp table chosen_moves as select * from marts.fct_rule_set_moves "
        "where rule_set = ? and scenario = ? and list_contains(?, fiscal_period)",
        [chosen, scenario, periods],
    )
    keys = ", ".join(KEYS[by])
    columns = [
        *KEYS[by], "before_amount", "after_amount", "delta_amount", "before_capex_amount",
        "after_capex_amount", "moved_by",
    ]  # fmt: skip
    rows = connection.execute(
        f"""
        with bills as (
            select {keys}, sum(before_amount) as before_amount, sum(after_amount) as after_amount,
                sum(delta_amount) as delta_amount, sum(before_capex_amount) as before_capex,
                sum(after_capex_amount) as after_capex
            from chosen_bills group by {keys}
        ), pieces as (
            select {keys}, moved_by, sum(moved_amount) as moved_amount
            from chosen_moves group by {keys}, moved_by having sum(moved_amount) <> 0
        ), named as (
            select {keys}, string_agg(
                moved_by || case when moved_amount > 0 then ' +' else ' ' end || moved_amount, '; '
                order by abs(moved_amount) desc, moved_by) as moved_by
            from pieces group by {keys}
        )
        select {keys}, before_amount, after_amount, delta_amount, before_capex, after_capex,
            coalesce(named.moved_by, case when delta_amount = 0 then '{ONLY_TYPE}' else '' end)
        from bills left join named using ({keys})
        where delta_amount <> 0 or before_capex <> after_capex
        order by abs(delta_amount) desc, abs(after_capex - before_capex) desc, {keys}
        """
    ).fetchall()
    before, after, *capex = (
        connection.execute(
            "select sum(before_amount), sum(after_amount), sum(before_capex_amount), "
            "sum(after_capex_amount) from chosen_bills"
        ).fetchone()
        or [Decimal(0)] * 4
    )
    more, less = connection.execute(
        """
        select count(*) filter (where delta > 0), count(*) filter (where delta < 0) from (
            select sum(delta_amount) as delta from chosen_bills
            where consumer_id in (select consumer_id from core.dim_consumers)
            group by consumer_id
        )
        """
    ).fetchone() or (0, 0)
    movers = connection.execute(
        """
        select moved_by, sum(abs(moved_amount)) * 0.5 from (
            select moved_by, consumer_id, service_id, sum(moved_amount) as moved_amount
            from chosen_moves group by all
        ) group by moved_by order by 2 desc, 1
        """
    ).fetchall()
    rules = connection.execute(
        "select rule_kind, rule_id, change, column_name, coalesce(before_value, ''), "
        "coalesce(after_value, '') from marts.fct_rule_changes where rule_set = ? "
        "and column_name not in ('owner', 'justification') order by all",
        [chosen],
    ).fetchall()
    return Diff(
        rule_set=chosen,
        based_on=based_on,
        scenario=scenario,
        currency=currency,
        first=periods[0],
        last=periods[-1],
        by=by,
        rules=rules,
        before=before,
        after=after,
        capex=(capex[0], capex[1]),
        more=more,
        less=less,
        movers=movers,
        rows=rows[:top] if top else rows,
        row_count=len(rows),
        columns=columns,
    )


def _rule_set(connection: duckdb.DuckDBPyConnection, rule_set: str | None) -> tuple[str, str]:
    found = dict(
        connection.execute(
            "select distinct rule_set, based_on from marts.fct_rule_set_changes"
        ).fetchall()
    )
    if not found:
        raise UserError(
            "no rule set is proposed. Add a row to cost_model/rule_sets.csv, such as "
            "proposed,current,proposed,what it is for (rule_set, based_on, status, description), "
            "put the rules that it changes into the other files of cost_model with that rule_set, "
            "and build again."
        )
    names = ", ".join(sorted(found))
    if rule_set is None:
        if len(found) > 1:
            raise UserError(f"several rule sets are proposed: {names}. Choose one: --rule-set.")
        rule_set = next(iter(found))
    if rule_set not in found:
        raise UserError(f"{rule_set} is no proposed rule set; proposed: {names}.")
    return rule_set, found[rule_set]


def _periods(
    connection: duckdb.DuckDBPyConnection,
    rule_set: str,
    scenario: str,
    period: str | None,
    year: int | None,
) -> list[date]:
    known = connection.execute(
        """
        select distinct fiscal_period, period_name, fiscal_year
        from marts.fct_rule_set_changes inner join core.dim_fiscal_periods using (fiscal_period)
        where rule_set = ? and scenario = ? order by fiscal_period
        """,
        [rule_set, scenario],
    ).fetchall()
    if period is not None:
        chosen = [
            row[0] for row in known if row[1] == period or f"{row[0]:%Y-%m-%d}".startswith(period)
        ]
    else:
        latest = year if year is not None else known[-1][2]
        chosen = [row[0] for row in known if row[2] == latest]
    if not chosen:
        raise UserError(
            f"{scenario} has no money in {period or year}; its periods are {known[0][0]} to "
            f"{known[-1][0]}."
        )
    return chosen


# formats ----------------------------------------------------------------------------------


def _head(found: Diff) -> list[str]:
    changed = {(kind, rule): change for kind, rule, change, *_ in found.rules}
    listed = ", ".join(f"{rule} ({change})" for (_, rule), change in list(changed.items())[:5])
    more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
    equal = "yes" if found.before == found.after else "NO"
    movers = ", ".join(f"{rule} {money(amount)}" for rule, amount in found.movers[:5])
    return [
        f"Rules differ: {len(changed)}: {listed}{more}" if changed else "Rules differ: none",
        f"Total before {money(found.before, 2)}, after {money(found.after, 2)} {found.currency}; "
        f"equal: {equal}",
        *([_capex(found)] if any(found.capex) else []),
        f"Consumers: {found.more} pay more, {found.less} pay less",
        f"Moved by: {movers or 'nothing'}",
    ]


def _capex(found: Diff) -> str:
    before, after = found.capex
    told = "" if before == after else f": rules make {money(after - before, 2, sign=True)} of it"
    return f"Of it CapEx before {money(before, 2)}, after {money(after, 2)}{told}"


def _shows_capex(found: Diff) -> bool:
    """Say whether a rule changes what is capital spending; then each bill shows its part."""
    return found.capex[0] != found.capex[1] or any(row[-1] == ONLY_TYPE for row in found.rows)


def _title(found: Diff) -> str:
    span = f"{found.first}" if found.first == found.last else f"{found.first} to {found.last}"
    return f"{found.rule_set} against {found.based_on}: {found.scenario}, periods from {span}"


def _cells(found: Diff, row: tuple[Any, ...]) -> list[str]:
    *keys, before, after, delta, before_capex, after_capex, moved_by = row
    capex = [money(after_capex - before_capex, 2, sign=True)] if _shows_capex(found) else []
    amounts = [money(before, 2), money(after, 2), money(delta, 2, sign=True)]
    return [*keys, *amounts, *capex, _separated(moved_by)]


def _separated(moved_by: str) -> str:
    """Return the pieces of a change with thousands separators, for people."""
    return PIECE.sub(lambda piece: money(Decimal(piece[0]), 2, sign=True), moved_by)


def _titles(found: Diff) -> list[str]:
    names = [name.removesuffix("_id").capitalize() for name in KEYS[found.by]]
    capex = ["Of it CapEx"] if _shows_capex(found) else []
    return [*names, "Before", "After", "Change", *capex, "Moved by"]


def _rest(found: Diff) -> list[str]:
    hidden = found.row_count - len(found.rows)
    return [f"... and {hidden:,} more that change; --top shows more"] if hidden else []


def _table(found: Diff) -> str:
    lines = [_title(found), *(f"  {line}" for line in _head(found)), ""]
    table = [_titles(found), *(_cells(found, row) for row in found.rows)]
    first = len(KEYS[found.by])
    widths = [max(map(len, column)) for column in list(zip(*table, strict=True))[:-1]]
    for row in table:
        cells = [
            text.ljust(width) if number < first else text.rjust(width)
            for number, (text, width) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join([*lines, *_rest(found)]) + "\n"


def _escaped(text: object) -> str:
    shown = str(text).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
    return shown.replace("<", "&lt;").replace(">", "&gt;")


def _markdown_rows(found: Diff, rows: list[tuple[Any, ...]]) -> list[str]:
    titles = _titles(found)
    keys = len(KEYS[found.by])
    rule = ["---"] * keys + ["---:"] * (len(titles) - keys - 1) + ["---"]
    lines = ["| " + " | ".join(titles) + " |", "| " + " | ".join(rule) + " |"]
    return lines + ["| " + " | ".join(map(_escaped, _cells(found, row))) + " |" for row in rows]


def _markdown(found: Diff) -> str:
    lines = [f"### {_escaped(_title(found))}", ""]
    lines += [f"- {_escaped(line)}" for line in _head(found)]
    lines += ["", *_markdown_rows(found, found.rows[:OPEN_ROWS])]
    if len(found.rows) > OPEN_ROWS:
        lines += ["", f"<details><summary>All {len(found.rows):,} rows</summary>", ""]
        lines += [*_markdown_rows(found, found.rows), "", "</details>"]
    lines += ["", *(_escaped(line) for line in _rest(found))] if _rest(found) else []
    if found.rules:
        lines += ["", "<details><summary>Rules that differ</summary>", ""]
        lines += ["| Rule | Change | Column | Before | After |", "| --- | --- | --- | --- | --- |"]
        for _, *cells in found.rules[:MOST_RULES]:
            lines.append("| " + " | ".join(map(_escaped, cells)) + " |")
        if len(found.rules) > MOST_RULES:
            lines.append(f"| ... and {len(found.rules) - MOST_RULES} more | | | | |")
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def _json(found: Diff) -> str:
    document = {
        "rule_set": found.rule_set,
        "based_on": found.based_on,
        "scenario": found.scenario,
        "currency": found.currency,
        "first_period": found.first,
        "last_period": found.last,
        "before_amount": found.before,
        "after_amount": found.after,
        "before_capex_amount": found.capex[0],
        "after_capex_amount": found.capex[1],
        "totals_are_equal": found.before == found.after,
        "consumers_that_pay_more": found.more,
        "consumers_that_pay_less": found.less,
        "moved_by": [{"rule": rule, "amount": amount} for rule, amount in found.movers],
        "rules": [
            dict(
                zip(
                    ("rule_kind", "rule_id", "change", "column", "before", "after"),
                    rule,
                    strict=True,
                )
            )
            for rule in found.rules
        ],
        "rows": [dict(zip(found.columns, row, strict=True)) for row in found.rows],
    }
    return json.dumps(document, indent=2, default=str, ensure_ascii=False) + "\n"


def _csv(found: Diff) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(found.columns)
    for row in found.rows:
        writer.writerow([safe_cell(cell) for cell in row])
    return stream.getvalue()
