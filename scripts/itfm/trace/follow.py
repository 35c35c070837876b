"""The two traces: back from a cell of the bill to its lines, and forward from a line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from itfm.errors import UserError
from itfm.trace.line import find_line
from itfm.trace.warehouse import MONEY, PLACES, Row, Warehouse

ALL_LINES = 1_000_000_000
NOTE = "Pieces add up exactly; to make that so, a tiny share can show as minus {least}."
MEMO = "Memo: what is handed on twice counts twice, so these figures do not add up to the total."
MOST_PLACES = 60
MOST_PERIODS = 60
TOO_MANY = (
    "Memo: the money rests on {places} towers and services; the objects that it passed between "
    "them are named for a narrower choice, such as one --service."
)
LAYERS = ["cost_pool", "resource_tower", "solution", "consumer"]
STOPS = {"consumer": "consumer", "service": "solution", "tower": "resource_tower"}
WAYS = {
    True: ("marts.fct_cost_paths", "*"),
    False: ("marts.fct_quantity_paths", "* exclude (quantity), quantity as amount"),
}
PIECES = {
    True: ("marts.fct_cost_trace", "*"),
    False: (
        "marts.fct_quantity_trace",
        "* exclude (quantity_id, row_quantity, quantity), quantity_id as line_id, "
        "row_quantity as line_amount, quantity as amount",
    ),
}
QUANTITIES = (
    "(select quantity_id as line_id, quantity_date as posting_date, quantity as amount, "
    "* exclude (quantity_id, quantity_date, quantity) from core.fct_quantities)"
)


@dataclass(frozen=True)
class Selection:
    """What the user wants to see traced; a line, or at least one of those before it."""

    consumer: str | None = None
    service: str | None = None
    tower: str | None = None
    cost_pool: str | None = None
    place: str | None = None
    reason: str | None = None
    line: str | None = None
    period: str | None = None
    scenario: str | None = None
    rule_set: str = "current"
    measure: str = MONEY


def trace(warehouse: Warehouse, selection: Selection, limit: int) -> dict[str, Any]:
    """Return the trace that the selection asks for; `limit` lines, all of them when 0."""
    back = (
        selection.consumer, selection.service, selection.tower, selection.cost_pool,
        selection.place, selection.reason,
    )  # fmt: skip
    if selection.line is not None and any(one is not None for one in back):
        raise UserError("a line is followed forward by itself; leave the other filters out.")
    if selection.line is not None:
        return _forward(warehouse, selection)
    if all(one is None for one in back):
        raise UserError(
            "say what to trace: --consumer, --service, --tower, --cost-pool, --place or --reason, "
            "or --line."
        )
    return _back(warehouse, selection, limit)


def _head(warehouse: Warehouse, direction: str, frame: Row, unit: str) -> Row:
    return {
        "direction": direction,
        "company": warehouse.workspace.company,
        "currency": warehouse.currency,
        **frame,
        "unit": unit,
    }


def _note(measure: str) -> str:
    return NOTE.format(least="one cent" if measure == MONEY else "one thousandth")


def _back(warehouse: Warehouse, given: Selection, limit: int) -> dict[str, Any]:
    measure, unit = warehouse.measure(given.measure)
    scenario = warehouse.scenario(given.scenario or "actual")
    rule_set = warehouse.rule_set(given.rule_set)
    period = warehouse.period(given.period, scenario, rule_set, measure)
    frame = {
        "scenario": scenario, "rule_set": rule_set, "fiscal_period": period, "measure": measure,
    }  # fmt: skip
    filters, values, chosen = _filters(warehouse, given)
    ways, columns = WAYS[measure == MONEY]
    named = [one for one in frame if one != "measure" or measure != MONEY]
    where = " and ".join([f"{name} = ${name}" for name in named] + filters)
    warehouse.connection.execute(
        f"create or replace temp table traced as select {columns} from {ways} where {where}",
        {name: frame[name] for name in named} | values,
    )
    total = warehouse.rows("select sum(amount) as amount, count(*) as ways from traced")[0]
    if not total["ways"]:
        raise UserError(_nothing(warehouse, frame, filters, values, chosen))
    lines, count = _lines(warehouse, frame, where, values, limit)
    shown = sum((line["amount"] for line in lines), Decimal(0))
    return {
        **_head(warehouse, "back", frame, unit),
        "selection": chosen,
        "amount": total["amount"],
        "accounts": _exact(
            warehouse.named("accounts", " and ".join(filters), **frame, **values), measure
        ),
        "steps": _steps(warehouse, rule_set=rule_set, fiscal_period=period),
        **_networks(warehouse, frame, total["amount"]),
        "lines": lines,
        "more_lines": {
            "count": max(0, count - len(lines)),
            "amount": total["amount"] - shown,
        },
        "note": _note(measure),
    }


def _nothing(
    warehouse: Warehouse,
    frame: Row,
    filters: list[str],
    values: dict[str, object],
    chosen: dict[str, str],
) -> str:
    """Return why there is nothing to trace: other periods, or parts that do not meet."""
    what = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in chosen.items())
    text = (
        f"no {'money' if frame['measure'] == MONEY else frame['measure']} reaches {what} in "
        f"{frame['fiscal_period']:%Y-%m-%d} ({frame['scenario']}, {frame['rule_set']})."
    )
    if len(filters) > 1:
        apart = [
            name
            for name, one in zip(chosen, filters, strict=False)
            if not _holds(warehouse, frame, [one], values)
        ]
        text += (
            f" Nothing at all reaches {' and '.join(f'{one} {chosen[one]}' for one in apart)}."
            if apart
            else " Each of them holds some; together they hold none."
        )
    return f"{text}{_passed_on(warehouse, frame, values)} " + _other_period(
        warehouse, frame, filters, values
    )


def _passed_on(warehouse: Warehouse, frame: Row, values: dict[str, object]) -> str:
    """Say that an object hands on all that it gets, when that is why nothing rests on it."""
    rows = warehouse.rows(
        "select handed_on_minor / 100 as handed_on from allocation.alloc_layer_totals "
        "where layer = $layer and object_id = $object_id and rule_set = $rule_set "
        "and scenario = $scenario and fiscal_period = $fiscal_period "
        "and handed_on_minor <> 0 and net_minor = 0",
        layer="solution" if "service" in values else "resource_tower",
        object_id=values.get("service") or values.get("tower"),
        **{name: frame[name] for name in ("rule_set", "scenario", "fiscal_period")},
    )
    if not rows or frame["measure"] != MONEY:
        return ""
    return (
        f" It hands on all of {rows[0]['handed_on']:,.2f} within its layer; the money rests with "
        "those who get it: marts.fct_service_total_cost shows what passes a service."
    )


def _holds(warehouse: Warehouse, frame: Row, filters: list[str], values: Row) -> bool:
    """Say whether anything passes the filters in the period of the frame."""
    where = " and ".join(filters)
    named = [one for one in frame if one != "measure" or frame["measure"] != MONEY]
    return bool(
        warehouse.rows(
            f"select 1 from {WAYS[frame['measure'] == MONEY][0]} where "
            + " and ".join(f"{name} = ${name}" for name in named)
            + f" and {where} limit 1",
            **{name: frame[name] for name in named},
            **{key: value for key, value in values.items() if f"${key}" in where},
        )
    )


def _other_period(warehouse: Warehouse, frame: Row, filters: list[str], values: Row) -> str:
    """Name the nearest period that holds what was asked for, or say that none does."""
    asked = frame["fiscal_period"]
    periods = warehouse.periods(frame["scenario"], frame["rule_set"], frame["measure"])
    others = sorted((one for one in periods if one != asked), key=lambda one: abs(one - asked))
    for one in others[:MOST_PERIODS]:
        if _holds(warehouse, frame | {"fiscal_period": one}, filters, values):
            return f"The nearest period that holds some: --period {one}."
    if len(others) > MOST_PERIODS:
        return f"Nor do the {MOST_PERIODS} periods around it hold any."
    return "No other period holds any." if others else "There is no other period."


def _filters(
    warehouse: Warehouse, given: Selection
) -> tuple[list[str], dict[str, object], dict[str, str]]:
    filters: list[str] = []
    values: dict[str, object] = {}
    chosen: dict[str, str] = {}

    def keep(what: str, columns: tuple[str, ...], value: str) -> None:
        name = what.replace(" ", "_")
        either = " or ".join(f"{column} = ${name}" for column in columns)
        filters.append(f"({either})" if len(columns) > 1 else either)
        values[name] = value
        chosen[name] = value

    def known(what: str, columns: tuple[str, ...], value: str | None, query: str) -> None:
        """Keep an object; a place, such as UNALLOCATED, means what stopped there or before."""
        layer = STOPS.get(what)
        if value is None:
            return
        if layer and value.upper() in PLACES:
            name = what.replace(" ", "_")
            before = ", ".join(f"'{one}'" for one in LAYERS[: LAYERS.index(layer) + 1])
            filters.append(f"(place = ${name} and stopped_before in ({before}))")
            values[name] = value.upper()
            chosen[name] = value.upper()
            return
        keep(what, columns, warehouse.known(what, value, query))

    known(
        "consumer", ("consumer_id",), given.consumer,
        "select consumer_id, consumer_name from core.dim_consumers",
    )  # fmt: skip
    known(
        "service", ("service_id",), given.service,
        "select service_id, service_name from core.dim_services",
    )  # fmt: skip
    known(
        "tower", ("sub_tower", "tower"), given.tower,
        "select sub_tower from core.dim_towers union select tower from core.dim_towers "
        "union select 'DIRECT'",
    )  # fmt: skip
    known(
        "cost pool", ("cost_pool", "cost_sub_pool"), given.cost_pool,
        "select cost_pool from allocation.alloc_pool_senders "
        "union select cost_sub_pool from allocation.alloc_pool_senders",
    )  # fmt: skip
    if given.place is not None:
        keep("place", ("place",), warehouse.known_of("place", given.place, PLACES))
    if given.reason is not None:
        reasons = warehouse.reasons()
        keep("reason", ("reason_code",), warehouse.known_of("reason", given.reason, reasons))
    return filters, values, chosen


def _steps(warehouse: Warehouse, **frame: object) -> list[Row]:
    names = warehouse.names()
    steps = warehouse.named("steps", **frame)
    for step in steps:
        step["from_name"] = names.get((step["from_layer"], step["from_id"]))
        step["to_name"] = names.get((step["to_layer"], step["to_id"]))
    return steps


def _networks(warehouse: Warehouse, frame: Row, total: Decimal) -> Row:
    """Return the objects that the money passed inside the networks, and from whom to whom."""
    names = warehouse.names()
    places = warehouse.rows(
        "select count(distinct sub_tower) + count(distinct service_id) as places from traced"
    )[0]["places"]
    if places > MOST_PLACES:
        return {"passed": [], "hops": [], "memo": TOO_MANY.format(places=places)}
    hops = _exact(warehouse.named("hops", **frame), frame["measure"])
    for hop in hops:
        hop["from_name"] = None if hop["enters"] else names.get((hop["layer"], hop["from_id"]))
        hop["to_name"] = names.get((hop["layer"], hop["to_id"]))
    sums: dict[tuple[str, str], Decimal] = {}
    for hop in hops:
        if not hop["enters"]:
            place = (hop["layer"], hop["from_id"])
            sums[place] = sums.get(place, Decimal(0)) + hop["amount"]
    passed = [
        {
            "layer": layer,
            "object_id": one,
            "object_name": names.get((layer, one)),
            "part": float(amount / total) if total else None,
            "amount": amount,
        }
        for (layer, one), amount in sorted(sums.items(), key=lambda item: -abs(item[1]))
    ]
    # what enters an object and rests there needs no second telling: the steps say it
    told = [one for one in hops if not one["enters"] or (one["layer"], one["to_id"]) in sums]
    return {"passed": passed, "hops": told, "memo": MEMO if passed else None}


def _exact(rows: list[Row], measure: str) -> list[Row]:
    """Return the rows with amounts in place of minor units."""
    places = -2 if measure == MONEY else -3
    return [
        {name: value for name, value in row.items() if name != "amount_minor"}
        | {"amount": Decimal(row["amount_minor"]).scaleb(places)}
        for row in rows
    ]


def _lines(
    warehouse: Warehouse,
    frame: dict[str, Any],
    where: str,
    values: dict[str, object],
    limit: int,
) -> tuple[list[Row], int]:
    """Return the largest lines with their exact pieces, and how many lines there are at all."""
    candidates = 4 * limit + 50 if limit else ALL_LINES
    likely = warehouse.named("likely_lines", candidates=candidates, **frame)
    if not likely:
        return [], 0
    facts = "core.fct_ledger_lines" if frame["scenario"] == "actual" else "core.fct_plan_lines"
    if frame["measure"] != MONEY:
        facts = QUANTITIES
    pieces, columns = PIECES[frame["measure"] == MONEY]
    # names as constants, so that the views read these lines and their buckets only
    chosen = {f"line_{number}": row["line_id"] for number, row in enumerate(likely)}
    buckets = ", ".join(sorted({str(row["bucket_id"]) for row in likely}))
    only = f"bucket_id in ({buckets}) and line_id in ({', '.join(f'${one}' for one in chosen)})"
    rows = warehouse.rows(
        f"""
        with pieces as (
            select line_id, bucket_id, sum(amount) as amount
            from (select {columns} from {pieces})
            where {where} and {only if limit else "true"}
            group by all
        )
        select
            facts.line_id, facts.posting_date, facts.account_id, facts.cost_center_id,
            facts.vendor, facts.description, buckets.classification_rule_id,
            facts.file_name, facts.line_number, facts.amount as line_amount, pieces.amount
        from pieces
        inner join {facts} as facts
            on pieces.line_id = facts.line_id and facts.fiscal_period = $fiscal_period
        inner join allocation.alloc_classified_buckets as buckets
            on buckets.rule_set = $rule_set and pieces.bucket_id = buckets.bucket_id
        where pieces.amount <> 0
        order by abs(pieces.amount) desc, facts.line_id
        """,
        **{name: frame[name] for name in frame if name != "measure" or "$measure" in where},
        **values,
        **(chosen if limit else {}),
    )
    if not limit:
        return rows, len(rows)
    return rows[:limit], likely[0]["line_count"]


def _place_of(warehouse: Warehouse, frame: Row, line_id: str, measure: str) -> tuple[str, Row]:
    """Return a filter on bucket, sender and pool of the line: constants that views can look up by.

    Without it they would lay out every way of the month before they look for the line.
    """
    places = warehouse.rows(
        """
        with buckets as (
            select bucket_id
            from allocation.alloc_bucket_lines
            where
                scenario = $scenario and fiscal_period = $fiscal_period
                and measure = $measure and line_id = $line_id
        )
        select positions.bucket_id, positions.sender_id, senders.cost_pool, senders.cost_sub_pool
        from allocation.alloc_bucket_positions as positions
        inner join buckets using (bucket_id)
        inner join allocation.alloc_pool_senders as senders using (sender_id)
        where
            positions.scenario = $scenario and positions.rule_set = $rule_set
            and positions.fiscal_period = $fiscal_period and positions.measure = $measure
        """,
        **frame,
        line_id=line_id,
        measure=measure,
    )
    if not places:
        return "", {}
    buckets, senders = (
        ", ".join(sorted({str(one[name]) for one in places})) for name in ("bucket_id", "sender_id")
    )
    filters = f" and bucket_id in ({buckets}) and path_sender_id in ({senders})"
    if len({(one["cost_pool"], one["cost_sub_pool"]) for one in places}) > 1:
        return filters, {}
    pool = {name: places[0][name] for name in ("cost_pool", "cost_sub_pool")}
    return filters + "".join(f" and {name} = ${name}" for name in pool), pool


def _forward(warehouse: Warehouse, given: Selection) -> dict[str, Any]:
    rule_set = warehouse.rule_set(given.rule_set)
    measure, unit = warehouse.measure(given.measure)
    scenario = None if given.scenario is None else warehouse.scenario(given.scenario)
    line, notes = find_line(warehouse, given.line or "", scenario, given.period, measure)
    frame = {name: line[name] for name in ("scenario", "fiscal_period")} | {"rule_set": rule_set}
    pieces, columns = PIECES[measure == MONEY]
    filters = " and ".join([f"{name} = ${name}" for name in frame] + ["line_id = $line_id"])
    place, values = _place_of(warehouse, frame, line["line_id"], measure)
    warehouse.connection.execute(
        f"create or replace temp table traced as "
        f"select * from (select {columns} from {pieces}) where {filters}{place}"
        + ("" if measure == MONEY else " and measure = $measure"),
        frame
        | {"line_id": line["line_id"]}
        | values
        | ({} if measure == MONEY else {"measure": measure}),
    )
    rules = warehouse.rows(
        "select distinct buckets.classification_rule_id as rule_id, "
        "buckets.cost_pool || ' / ' || buckets.cost_sub_pool as to_id "
        "from allocation.alloc_classified_buckets as buckets "
        "inner join traced using (rule_set, bucket_id)"
    )
    names = warehouse.names()
    receivers = warehouse.rows(
        "select coalesce(consumer_id, place) as receiver, service_id, stopped_before, "
        "reason_code, sum(amount) as amount from traced group by all "
        "order by abs(sum(amount)) desc, receiver, service_id, stopped_before, reason_code"
    )
    for one in receivers:
        one["receiver_name"] = names.get(("consumer", one["receiver"]))
    if not line["amount"]:
        notes.append("The line holds 0.00, so nothing flows from it.")
    return {
        **_head(warehouse, "forward", frame | {"measure": measure}, unit),
        "selection": {"line": line["line_id"]},
        "amount": line["amount"],
        "line": line,
        "notes": notes,
        "classification": rules[0] if rules else None,
        "steps": _steps(warehouse, rule_set=rule_set, fiscal_period=line["fiscal_period"]),
        **_networks(warehouse, frame | {"measure": measure}, line["amount"]),
        "receivers": receivers,
        "note": _note(measure),
    }
