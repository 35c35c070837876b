"""A trace or an explanation as text, JSON or CSV."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from itfm.summary import REASONS

Row = dict[str, Any]
SHOWN_STEPS = 12
WIDEST = 46
STEP_TITLES = {1: "From cost pools", 2: "From towers", 3: "From services to consumers"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LINE_COLUMNS = (
    "line_id", "posting_date", "account_id", "cost_center_id", "vendor", "description",
    "classification_rule_id", "file_name", "line_number", "line_amount", "amount",
)  # fmt: skip
RECEIVER_COLUMNS = (
    "receiver", "service_id", "stopped_before", "reason_code", "amount", "receiver_name",
)  # fmt: skip
STEP_HEADERS = ("from", "to", "rule", "method", "driver", ">share", ">amount")
LAYER_WORDS = {"resource_tower": "tower", "solution": "solution"}
MORE_REASONS = {
    "idle_capacity": "capacity that nobody used",
    "untagged_use": "use without a tag",
}


REJECTS = {
    "missing_value": "a required value is missing",
    "orphan": "it names something that was not delivered",
    "repeated_key": "an earlier row has the same key",
    "reversed_dates": "it ends before it begins",
    "overlapping_period": "it begins in another period",
    "unknown_period": "its date is in no fiscal period",
    "missing_exchange_rate": "there is no exchange rate for its currency and period",
    "too_large": "its amount is too large",
    "mixed_units": "its unit is not that of its measure",
    "malformed_row": "the row cannot be read",
}


def money(value: Decimal | None) -> str:
    """Return an amount with separators and two decimals, a quantity with those that it has."""
    if value is None:
        return ""
    exponent = value.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{value:,.{places}f}"


def reason(code: str | None) -> str:
    """Return a reason as words."""
    return REASONS.get(code or "", MORE_REASONS.get(code or "", (code or "").replace("_", " ")))


def reject_reason(code: str, column: str | None, value: object = None) -> str:
    """Return why a row was rejected as words, with the column and its value."""
    words = REJECTS.get(code, code.replace("_", " "))
    told = " ".join(str(part) for part in (column, value) if part is not None)
    return f"{words} ({told})" if told else words


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table; columns whose header starts with > stand on the right."""
    names = [header.lstrip(">") for header in headers]
    cut = [[_cut(str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(names, *cut, strict=True)]
    for cells in (names, ["-" * width for width in widths], *cut):
        yield (
            "  "
            + "  ".join(
                cell.rjust(width) if header.startswith(">") else cell.ljust(width)
                for header, cell, width in zip(headers, cells, widths, strict=True)
            ).rstrip()
        )


def _cut(text: str) -> str:
    # no control character of a name reaches the terminal
    flat = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return flat if len(flat) <= WIDEST else flat[: WIDEST - 3] + "..."


def trace_table(found: Row) -> Iterator[str]:
    """Yield a trace as lines of text."""
    unit = found["unit"]
    yield title(found)
    yield facts(found)
    if found["direction"] == "forward":
        line, rule = found["line"], found["classification"]
        yield (
            f"posted {line['posting_date']}, account {line['account_id']}, cost centre "
            f"{line['cost_center_id']}, {line['vendor']}: {line['description'] or ''}"
        )
        yield f"read from {line['file_name']}, line {line['line_number']}"
        if rule:
            yield f"classified as {rule['to_id']} by {rule['rule_id'] or 'no rule'}"
        yield from found["notes"]
    else:
        yield ""
        yield "Accounts to cost pools"
        yield from _limited(
            ("account", "cost pool", "rule", ">amount"),
            [
                (
                    f"{one['account_id']} {one['account_name'] or ''}",
                    one["to_id"],
                    one["rule_id"] or "none",
                    money(one["amount"]),
                )
                for one in found["accounts"]
            ],
            found["accounts"],
        )
    for number, heading in STEP_TITLES.items():
        steps = [step for step in found["steps"] if step["step"] == number]
        if steps:
            yield ""
            yield f"{heading} ({money(_sum(steps))} {unit})"
            yield from _limited(STEP_HEADERS, [_step_cells(step) for step in steps], steps)
    yield from _networks(found)
    yield ""
    if found["direction"] == "back":
        yield from _lines(found)
    else:
        yield "Who pays, and where money stops"
        rows = [
            (
                named(one["receiver"], one["receiver_name"]),
                one["service_id"] or "",
                reason(one["reason_code"]),
                money(one["amount"]),
            )
            for one in found["receivers"]
        ]
        yield from table(
            ("consumer", "service", "stopped because", ">amount"),
            [*rows, ("total", "", "", money(_sum(found["receivers"])))],
        )
    yield found["note"]


def title(found: Row) -> str:
    """Return whose money or quantity is followed."""
    chosen = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in found["selection"].items()
    )
    return f"{found['company']}: {chosen}"


def facts(found: Row) -> str:
    """Return how much it is, when, and in which scenario."""
    what = "" if found["measure"] == "amount" else f" ({found['measure']})"
    return (
        f"{money(found['amount'])} {found['unit']}{what} in {found['fiscal_period']:%Y-%m-%d}, "
        f"scenario {found['scenario']}, rule set {found['rule_set']}"
    )


def _networks(found: Row) -> Iterator[str]:
    """Yield what the money passed inside the networks; a memo, since it counts there again."""
    if not found["passed"]:
        if found.get("memo"):
            yield ""
            yield found["memo"]
        return
    yield ""
    yield "Passed on the way, inside the networks of towers and services"
    yield f"  {found['memo']}"
    rows = [
        (
            named(one["object_id"], one["object_name"]),
            LAYER_WORDS[one["layer"]],
            "" if one["part"] is None else f"{one['part']:.2%}",
            money(one["amount"]),
        )
        for one in found["passed"]
    ]
    hidden = len(rows) - SHOWN_STEPS
    more = [(f"and {hidden} more", "", "", "")] if hidden > 0 else []
    yield from table(("object", "layer", ">of the total", ">memo"), [*rows[:SHOWN_STEPS], *more])
    yield ""
    yield "From object to object inside the networks, memo"
    rows = [_step_cells(one | {"reason_code": None, "part": None}) for one in found["hops"]]
    hidden = len(rows) - SHOWN_STEPS
    more = [(f"and {hidden} more", *[""] * (len(STEP_HEADERS) - 1))] if hidden > 0 else []
    yield from table((*STEP_HEADERS[:-1], ">memo"), [*rows[:SHOWN_STEPS], *more])


def _lines(found: Row) -> Iterator[str]:
    yield "Lines"
    rows = [
        (
            one["line_id"],
            str(one["posting_date"]),
            one["account_id"],
            one["cost_center_id"],
            one["vendor"],
            one["description"] or "",
            money(one["line_amount"]),
            money(one["amount"]),
        )
        for one in found["lines"]
    ]
    more = found["more_lines"]
    if more["count"]:
        label = f"and {more['count']:,} more line{'s' if more['count'] > 1 else ''}"
        rows.append((label, "", "", "", "", "", "", money(more["amount"])))
    rows.append(("total", "", "", "", "", "", "", money(found["amount"])))
    yield from table(
        ("line", "posted", "account", "centre", "vendor", "text", ">line amount", ">amount"), rows
    )


def _limited(
    headers: Sequence[str], cells: list[tuple[str, ...]], rows: list[Row]
) -> Iterator[str]:
    rest = rows[SHOWN_STEPS:]
    shown = cells[:SHOWN_STEPS]
    if rest:
        blank = [""] * (len(headers) - 2)
        shown = [*shown, (f"and {len(rest)} more", *blank, money(_sum(rest)))]
    yield from table(headers, shown)


def _step_cells(step: Row) -> tuple[str, ...]:
    driver = step["driver_id"] or ""
    if step["driver_period"]:
        driver = f"{driver} ({step['driver_period']:%Y-%m})".strip()
    to = named(step["to_id"], step["to_name"])
    if step["reason_code"]:
        to = f"{step['to_id']}: {reason(step['reason_code'])}"
    method = " ".join(part for part in (step["method"], step["part"]) if part)
    return (
        named(step["from_id"], step["from_name"]),
        to,
        step["rule_id"] or "none",
        method,
        driver,
        "" if step["share"] is None else f"{step['share']:.4%}",
        money(step["amount"]),
    )


def named(one: str, name: str | None) -> str:
    """Return an id with its name."""
    return f"{one} {name}" if name else one


def _sum(rows: list[Row]) -> Decimal:
    return sum((row["amount"] for row in rows), Decimal(0))


def as_json(found: Row) -> str:
    """Return everything as JSON; amounts and weights are texts, so that they stay exact."""

    def written(value: object) -> object:
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, datetime.date):
            return value.isoformat()
        raise TypeError(type(value).__name__)

    return json.dumps(found, default=written, indent=2, ensure_ascii=False)


def as_csv(found: Row) -> str:
    """Return the lines of a back trace, or the receivers of a forward one, as CSV."""
    back = found["direction"] == "back"
    rows: list[Row] = found["lines" if back else "receivers"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0] if rows else LINE_COLUMNS if back else RECEIVER_COLUMNS)
    for row in rows:
        writer.writerow([safe_cell(value) for value in row.values()])
    return out.getvalue()


def safe_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
