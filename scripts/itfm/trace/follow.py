"""The two traces: back from a cell of the bill to its lines, and forward from a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from itfm.errors import UserError
from itfm.trace.warehouse import Row, Warehouse, suggestion

ALL_LINES = 1_000_000_000
NOTE = "Pieces add up exactly; to make that so, a tiny share can show as minus one cent."


@dataclass(frozen=True)
class Selection:
    """What the user wants to see traced back; at least one of the five is given."""

    consumer: str | None = None
    service: str | None = None
    tower: str | None = None
    cost_pool: str | None = None
    line: str | None = None
    period: str | None = None
    scenario: str = "actual"
    rule_set: str = "current"


def trace(warehouse: Warehouse, selection: Selection, limit: int) -> dict[str, Any]:
    """Return the trace that the selection asks for; `limit` lines, all of them when 0."""
    back = (selection.consumer, selection.service, selection.tower, selection.cost_pool)
    if selection.line and any(back):
        raise UserError("a line is followed forward by itself; leave the other filters out.")
    if selection.line:
        return _forward(warehouse, selection)
    if not any(back):
        raise UserError(
            "say what to trace: --consumer, --service, --tower or --cost-pool, or --line."
        )
    return _back(warehouse, selection, limit)


def _back(warehouse: Warehouse, given: Selection, limit: int) -> dict[str, Any]:
    scenario = warehouse.scenario(given.scenario)
    rule_set = warehouse.rule_set(given.rule_set)
    period = warehouse.period(given.period, scenario, rule_set)
    frame = {"scenario": scenario, "rule_set": rule_set, "fiscal_period": period}
    filters, values, chosen = _filters(warehouse, given)
    where = " and ".join([f"{name} = ${name}" for name in frame] + filters)
    warehouse.connection.execute(
        f"create or replace temp table traced as select * from marts.fct_cost_paths where {where}",
        frame | values,
    )
    total = warehouse.rows("select sum(amount) as amount, count(*) as ways from traced")[0]
    if not total["ways"]:
        what = ", ".join(f"{name} {value}" for name, value in chosen.items())
        raise UserError(f"no money reaches {what} in {period:%Y-%m-%d} ({scenario}, {rule_set}).")
    lines, count = _lines(warehouse, frame, where, values, limit)
    shown = sum((line["amount"] for line in lines), Decimal(0))
    return {
        "direction": "back",
        "company": warehouse.workspace.company,
        "currency": warehouse.currency,
        **frame,
        "selection": chosen,
        "amount": total["amount"],
        "accounts": warehouse.named("accounts", _on_pieces(filters), **frame, **values),
        "steps": _steps(warehouse, rule_set=rule_set, fiscal_period=period),
        "lines": lines,
        "more_lines": {
            "count": max(0, count - len(lines)),
            "amount": total["amount"] - shown,
        },
        "note": NOTE,
    }


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

    if given.consumer:
        query = "select consumer_id from core.dim_consumers"
        keep("consumer", ("consumer_id",), warehouse.known("consumer", given.consumer, query))
    if given.service:
        query = "select service_id from core.dim_services"
        keep("service", ("service_id",), warehouse.known("service", given.service, query))
    if given.tower:
        query = (
            "select sub_tower from core.dim_towers union select tower from core.dim_towers "
            "union select 'DIRECT'"
        )
        keep("tower", ("sub_tower", "tower"), warehouse.known("tower", given.tower, query))
    if given.cost_pool:
        query = (
            "select cost_pool from allocation.alloc_pool_senders "
            "union select cost_sub_pool from allocation.alloc_pool_senders"
        )
        value = warehouse.known("cost pool", given.cost_pool, query)
        keep("cost pool", ("cost_pool", "cost_sub_pool"), value)
    return filters, values, chosen


def _on_pieces(filters: list[str]) -> str:
    """Return the filters as alloc_bucket_pieces takes them: it names the sub-tower tower_id."""
    by_tower = "(sub_tower = $tower or tower = $tower)"
    on_sub_towers = (
        "(pieces.tower_id = $tower or pieces.tower_id in "
        "(select sub_tower from core.dim_towers where tower = $tower))"
    )
    named = [
        re.sub(r"\b(consumer_id|service_id|cost_pool|cost_sub_pool) =", r"pieces.\1 =", one)
        for one in filters
    ]
    return " and ".join(named).replace(by_tower, on_sub_towers)


def _steps(warehouse: Warehouse, **frame: object) -> list[Row]:
    names = warehouse.names()
    steps = warehouse.named("steps", **frame)
    for step in steps:
        step["from_name"] = names.get((step["from_layer"], step["from_id"]))
        step["to_name"] = names.get((step["to_layer"], step["to_id"]))
    return steps


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
    # names as constants, so that the views read these lines and their buckets only
    chosen = {f"line_{number}": row["line_id"] for number, row in enumerate(likely)}
    buckets = ", ".join(sorted({str(row["bucket_id"]) for row in likely}))
    only = f"bucket_id in ({buckets}) and line_id in ({', '.join(f'${one}' for one in chosen)})"
    rows = warehouse.rows(
        f"""
        with pieces as (
            select line_id, bucket_id, sum(amount) as amount
            from marts.fct_cost_trace
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
        **frame,
        **values,
        **(chosen if limit else {}),
    )
    if not limit:
        return rows, len(rows)
    return rows[:limit], likely[0]["line_count"]


def _forward(warehouse: Warehouse, given: Selection) -> dict[str, Any]:
    rule_set = warehouse.rule_set(given.rule_set)
    found = warehouse.named("line", line_id=given.line)
    if not found:
        like = warehouse.values(
            "select line_id from (select line_id from core.fct_ledger_lines union all "
            "select line_id from core.fct_plan_lines) as lines "
            "order by levenshtein(line_id, $line_id), line_id limit 3",
            line_id=given.line,
        )
        raise UserError(f"there is no line {given.line}.{suggestion(given.line or '', like)}")
    line = next((one for one in found if one["scenario"] == given.scenario), found[0])
    frame = {name: line[name] for name in ("scenario", "fiscal_period")} | {"rule_set": rule_set}
    where = " and ".join([f"{name} = ${name}" for name in frame] + ["line_id = $line_id"])
    warehouse.connection.execute(
        f"create or replace temp table traced as select * from marts.fct_cost_trace where {where}",
        frame | {"line_id": line["line_id"]},
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
        "order by abs(sum(amount)) desc, receiver, service_id, stopped_before"
    )
    for one in receivers:
        one["receiver_name"] = names.get(("consumer", one["receiver"]))
    return {
        "direction": "forward",
        "company": warehouse.workspace.company,
        "currency": warehouse.currency,
        **frame,
        "selection": {"line": line["line_id"]},
        "amount": line["amount"],
        "line": line,
        "classification": rules[0] if rules else None,
        "steps": _steps(warehouse, rule_set=rule_set, fiscal_period=line["fiscal_period"]),
        "receivers": receivers,
        "note": NOTE,
    }
