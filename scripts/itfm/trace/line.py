"""The line that a user names: found once, told apart from others, or found among the rejects."""

from __future__ import annotations

import json
from decimal import Decimal

from itfm.errors import UserError
from itfm.trace.text import reject_reason
from itfm.trace.warehouse import MONEY, Row, Warehouse, suggestion

LONGEST_RAW = 300


def find_line(
    warehouse: Warehouse, line_id: str, scenario: str | None, period: str | None, measure: str
) -> tuple[Row, list[str]]:
    """Return the line, and what the user should know about others of its id."""
    found = warehouse.named("line", line_id=line_id)
    for one in found:
        places = Decimal("0.01") if one["measure"] == MONEY else Decimal("0.001")
        one["amount"] = one["amount"].quantize(places)
    rejected = [_told(row) for row in warehouse.named("rejected", line_id=line_id)]
    if not found:
        if rejected:
            raise UserError(f"line {line_id} is not in the warehouse. " + " ".join(rejected))
        raise UserError(_unknown(warehouse, line_id))
    fitting = [one for one in found if one["measure"] == measure]
    if not fitting:
        raise UserError(
            f"{line_id} holds {found[0]['measure']}, not {measure}: add --measure "
            f"{_quoted(found[0]['measure'])}."
            if found[0]["measure"] != MONEY
            else f"{line_id} is a line of money: leave --measure out."
        )
    line = _of_scenario(line_id, fitting, scenario)
    day = f"{line['fiscal_period']:%Y-%m-%d}"
    if period is not None and not warehouse.means(period, line["fiscal_period"]):
        raise UserError(f"{line_id} counts in {day}, not in {period}: leave --period out.")
    notes = [
        f"Scenario {one['scenario']} has a line of this id too: --scenario {one['scenario']}."
        for one in fitting
        if one is not line
    ]
    return line, [*notes, *(f"Another row of this id: {one}" for one in rejected)]


def _of_scenario(line_id: str, fitting: list[Row], scenario: str | None) -> Row:
    """Return the line of the scenario; without one, of the actuals, else the only one."""
    by_scenario = {one["scenario"]: one for one in fitting}
    if scenario is not None:
        if scenario in by_scenario:
            return by_scenario[scenario]
        raise UserError(
            f"line {line_id} is in {' and '.join(by_scenario)}, not in {scenario}: "
            f"--scenario {next(iter(by_scenario))}."
        )
    if "actual" in by_scenario or len(by_scenario) == 1:
        return by_scenario.get("actual", fitting[0])
    raise UserError(
        f"line {line_id} is in {' and '.join(by_scenario)}: choose one with --scenario."
    )


def _told(row: Row) -> str:
    raw = row["raw_row"]
    column = row["column_name"]
    value = json.loads(raw).get(column) if column else None
    return (
        f"{row['file_name']}, line {row['line_number']} was rejected, {row['reason_code']}: "
        f"{reject_reason(row['reason_code'], column, value)}. The row: {raw[:LONGEST_RAW]}"
        + ("..." if len(raw) > LONGEST_RAW else "")
    )


def _unknown(warehouse: Warehouse, line_id: str) -> str:
    like = warehouse.values(
        "select line_id from (select line_id from core.fct_ledger_lines union all "
        "select line_id from core.fct_plan_lines union all "
        "select quantity_id from core.fct_quantities) as lines "
        "order by jaro_winkler_similarity(line_id, $line_id) desc, line_id limit 3",
        line_id=line_id,
    )
    hint = suggestion(line_id, like) or (f" The nearest is {like[0]}." if like else "")
    return f"there is no line {line_id}.{hint}"


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
