"""What a rule does: what it takes, to whom it sends, and what would take it otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from itfm.errors import UserError
from itfm.trace.text import money, named, reason, table
from itfm.trace.warehouse import Row, Warehouse, suggestion

SHOWN = 15
FIRST_YEAR, LAST_YEAR = 1900, 9999
LAYER_NAMES = {
    "classification": "sorts lines into cost pools",
    "cost_pool": "takes money from cost pools",
    "resource_tower": "takes money from towers",
    "solution": "takes money from services",
}
TERMS = (
    "target_set", "rate", "capacity", "idle", "budget_driver_id", "fixed_percentage", "network",
)  # fmt: skip
WHAT_LEAVES, ALL_HELD, WHAT_IS_CHARGED = "what_leaves", "all_held", "what_is_charged"
BASES = (
    "  Two bases, which do not add up: what leaves goes to later layers or stops; all that the "
    "sender\n  holds is that and what it hands on, with what others handed to it."
)
# ids that differ in case only are two rules: the one that is written as asked comes first
SAME_RULE = (
    "rule_set = $rule_set and lower(rule_id) = lower($rule_id) order by rule_id = $rule_id desc"
)
FRAME = "rule_set = $rule_set and scenario = $scenario and fiscal_period = $fiscal_period"


def explain(
    warehouse: Warehouse, rule_id: str, rule_set: str, scenario: str, period: str | None
) -> dict[str, Any]:
    """Return everything about one rule in one period."""
    rule_set = warehouse.rule_set(rule_set)
    scenario = warehouse.scenario(scenario)
    rule = _rule(warehouse, rule_id, rule_set)
    used = warehouse.rows(
        "select min(fiscal_period) as first_period, max(fiscal_period) as last_period "
        "from marts.fct_rule_senders where rule_set = $rule_set and scenario = $scenario "
        "and rule_id = $rule_id and (amount <> 0 or handed_on_amount <> 0)",
        rule_set=rule_set,
        scenario=scenario,
        rule_id=rule["rule_id"],
    )[0]
    last = used["last_period"]
    first_day = warehouse.period(period or (str(last) if last else None), scenario, rule_set)
    frame = {"rule_set": rule_set, "scenario": scenario, "fiscal_period": first_day}
    values = frame | {"rule_id": rule["rule_id"]}
    layer = rule["rule_layer"]
    senders = warehouse.rows(
        f"select * exclude (rule_set, scenario, fiscal_period, rule_layer, rule_id) "
        f"from marts.fct_rule_senders where {FRAME} and rule_id = $rule_id "
        "and rule_layer = $layer order by abs(amount) desc, handed_on_amount desc, "
        "from_id, cost_pool, cost_sub_pool, expense_type, account_id, cost_center_id, vendor, "
        "reason_code, next_rule_id",
        **values,
        layer=layer,
    )
    receivers = warehouse.rows(
        f"select * exclude (rule_set, scenario, fiscal_period, rule_layer, rule_id) "
        f"from marts.fct_rule_receivers where {FRAME} and rule_id = $rule_id "
        "and rule_layer = $layer order by abs(amount) desc, abs(handed_on_amount) desc, "
        "from_id, to_layer, to_id, part, reason_code",
        **values,
        layer=layer,
    )
    names = warehouse.names()
    for one in senders:
        one["from_name"] = names.get((layer, one["from_id"]))
    for one in receivers:
        one["from_name"] = names.get((layer, one["from_id"]))
        one["to_name"] = names.get((one["to_layer"], one["to_id"]))
    return {
        "company": warehouse.workspace.company,
        "currency": warehouse.currency,
        **frame,
        "rule": rule,
        "first_period_with_money": used["first_period"],
        "last_period_with_money": used["last_period"],
        "amount": sum((one["amount"] for one in senders), Decimal(0)),
        "handed_on_amount": sum((one["handed_on_amount"] for one in senders), Decimal(0)),
        "senders": senders,
        "receivers": receivers,
        "without_it": _without(senders, layer),
        "taken_before_by": [] if senders else _taken_before(warehouse, values, layer),
        "faults": warehouse.rows(
            "select severity, message from allocation.alloc_rule_faults "
            "where rule_id = $rule_id and rule_set in ($rule_set, $defined_in) "
            "union all select severity, message from allocation.alloc_use_faults "
            "where rule_id = $rule_id and rule_set in ($rule_set, $defined_in)",
            rule_id=rule["rule_id"],
            rule_set=rule_set,
            defined_in=rule.get("defined_in") or rule_set,
        ),
    }


def _rule(warehouse: Warehouse, rule_id: str, rule_set: str) -> Row:
    found = warehouse.rows(
        "select sender_layer as rule_layer, * exclude (sender_layer, file_name, line_number) "
        "from allocation.alloc_effective_rules "
        f"where {SAME_RULE}",
        rule_set=rule_set,
        rule_id=rule_id,
    ) or warehouse.rows(
        "select 'classification' as rule_layer, * from allocation.alloc_classification_rules "
        f"where {SAME_RULE}",
        rule_set=rule_set,
        rule_id=rule_id,
    )
    if found:
        return {name: value for name, value in found[0].items() if value is not None}
    known = warehouse.rows(
        "select rule_set, rule_id from allocation.alloc_effective_rules union "
        "select rule_set, rule_id from allocation.alloc_classification_rules order by all"
    )
    ids = [one["rule_id"] for one in known if one["rule_set"] == rule_set]
    elsewhere = [one["rule_set"] for one in known if one["rule_id"].lower() == rule_id.lower()]
    hint = f" {elsewhere[0]} has it: --rule-set {elsewhere[0]}." if elsewhere else ""
    raise UserError(
        f"rule set {rule_set} has no rule {rule_id}.{hint or suggestion(rule_id, ids)} "
        "`itfm rules` lists them all."
    )


def rules(warehouse: Warehouse, rule_set: str) -> dict[str, Any]:
    """Return the rules of a rule set in the order in which they are tried."""
    rule_set = warehouse.rule_set(rule_set)
    found = warehouse.rows(
        """
        select * from (
            select sender_layer as layer, sequence, rule_id, method, defined_in, owner,
                justification
            from allocation.alloc_effective_rules where rule_set = $rule_set
            union all
            select 'classification', sequence, rule_id, null, defined_in, owner, justification
            from allocation.alloc_classification_rules where rule_set = $rule_set
        ) order by list_position(
            ['classification', 'cost_pool', 'resource_tower', 'solution'], layer
        ), sequence, rule_id
        """,
        rule_set=rule_set,
    )
    return {"company": warehouse.workspace.company, "rule_set": rule_set, "rules": found}


def rule_list(found: Row) -> Iterator[str]:
    """Yield the rules of a rule set as lines of text."""
    yield f"{found['company']}: {len(found['rules']):,} rules in rule set {found['rule_set']}"
    headers = ("layer", ">sequence", "rule", "method", "from rule set", "owner", "why")
    names = ("layer", "sequence", "rule_id", "method", "defined_in", "owner", "justification")
    yield from table(
        headers, [tuple(str(one[name] or "") for name in names) for one in found["rules"]]
    )


def _without(senders: list[Row], layer: str) -> list[Row]:
    """Return who would take the money if the rule were gone, with the amounts."""
    nobody = "unclassified" if layer == "classification" else "unallocated"
    sums: dict[str | None, list[Decimal]] = {}
    for one in senders:
        amounts = sums.setdefault(one["next_rule_id"], [Decimal(0), Decimal(0)])
        amounts[0] += one["amount"]
        amounts[1] += one["handed_on_amount"]
    return [
        {"next_rule_id": rule, "or_else": None if rule else nobody, "amount": amount,
         "handed_on_amount": handed_on}
        for rule, (amount, handed_on) in sorted(
            sums.items(), key=lambda one: -abs(one[1][0] + one[1][1])
        )
    ]  # fmt: skip


def _taken_before(warehouse: Warehouse, values: Row, layer: str) -> list[Row]:
    """Return the rules that take what this one would match; none when it matches nothing."""
    return warehouse.rows(
        """
        with recursive matched as (
            select * from allocation.alloc_next_rules
            where rule_set = $rule_set and fiscal_period = $fiscal_period and rule_layer = $layer
        ),
        mine as (select * from matched where rule_id = $rule_id)
        select distinct matched.rule_id
        from mine
        inner join matched using (profile_id, from_id, cost_pool, cost_sub_pool, expense_type)
        where matched.rule_id in (
            select rule_id from marts.fct_rule_senders
            where rule_set = $rule_set and scenario = $scenario
                and fiscal_period = $fiscal_period and rule_layer = $layer)
        order by 1
        """,
        **values,
        layer=layer,
    )


def explanation(found: Row) -> Iterator[str]:
    """Yield an explanation as lines of text."""
    rule, currency = found["rule"], found["currency"]
    yield f"{rule['rule_id']} {LAYER_NAMES[rule['rule_layer']]}"
    yield f"  why        {rule.get('justification') or 'nobody says'}"
    yield f"  owner      {rule.get('owner') or 'none'}"
    since = found["first_period_with_money"]
    used = f"took money from {since} to {found['last_period_with_money']}" if since else ""
    yield f"  valid      {_dates(rule)}; {used or 'never took money in this scenario'}"
    if rule.get("method"):
        driver = f", driver {rule['driver_id']}" if rule.get("driver_id") else ""
        yield f"  method     {rule['method']}{driver}, sequence {rule['sequence']}"
        if terms := _terms(rule):
            yield f"  terms      {', '.join(terms)}"
    filters = [
        f"{name.removesuffix('_filter')} {value}"
        for name, value in rule.items()
        if name.endswith("_filter") and value != "*" and name != "ci_class_filter"
    ]
    yield f"  filters    {'; '.join(filters) or 'none: it matches everything'}"
    for fault in found["faults"]:
        yield f"  {fault['severity']:<10} {fault['message']}"
    yield ""
    yield (
        f"In {found['fiscal_period']}, scenario {found['scenario']}, rule set {found['rule_set']}, "
        f"it took {money(found['amount'])} {currency}"
        + (
            f" and handed on {money(found['handed_on_amount'])} within its layer"
            if found["handed_on_amount"]
            else ""
        )
    )
    if not found["senders"]:
        others = ", ".join(one["rule_id"] for one in found["taken_before_by"])
        yield (
            f"Rules that come before it take what it matches: {others}"
            if others
            else "It does not hold in this period; see its dates above."
            if not _holds_in(rule, found["fiscal_period"])
            else "Its filters match no money in this period."
        )
        return
    yield ""
    yield "What it took"
    yield from _limited(_sender_headers(rule["rule_layer"]), found["senders"], _sender_cells)
    if found["receivers"]:
        yield ""
        yield "To whom"
        headers = ("from", "to", "stopped because", ">weight", ">of what leaves",
                   ">of all it holds", "driver of", ">amount", ">handed on")  # fmt: skip
        hands_on = any(one["share_of"] == ALL_HELD for one in found["receivers"])
        is_rate = any(one["share_of"] == WHAT_IS_CHARGED for one in found["receivers"])
        if hands_on:
            yield BASES
        if is_rate or not hands_on:
            base = "of what is charged" if is_rate else "share"
            headers = tuple(one.replace("of what leaves", base) for one in headers)
        if rule["method"] == "proportional":
            headers = tuple(one.replace("weight", "brought by pools") for one in headers)
        yield from _limited(
            headers, found["receivers"], _receiver_cells, leave=() if hands_on else (5,)
        )
    yield ""
    yield "Without it"
    for one in found["without_it"]:
        who = one["next_rule_id"] or one["or_else"]
        told = f"  {who:<32} {money(one['amount']):>18}"
        if one["handed_on_amount"]:
            told += f"  and {money(one['handed_on_amount'])} handed on"
        yield told


def _dates(rule: Row) -> str:
    """Return when a rule is valid; ends that nobody set are left out."""
    start, end = rule.get("valid_from"), rule.get("valid_to")
    told = f"from {start} " if start and start.year > FIRST_YEAR else ""
    told += f"to {end}" if end and end.year < LAST_YEAR else ""
    return told.strip() or "always"


def _terms(rule: Row) -> list[str]:
    """Return what else the method lives on; defaults say nothing."""
    unsaid = {"network"} if rule.get("network") == "reciprocal" else set()
    if rule["method"] not in ("capacity", "cloud_usage"):
        unsaid.add("idle")
    return [
        f"{name.removesuffix('_id').replace('_', ' ')} {_plain(rule[name])}"
        for name in TERMS
        if name not in unsaid and rule.get(name)
    ]


def _plain(value: object) -> str:
    """Return a number without the zeros behind its last digit; other values as they are."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _holds_in(rule: Row, period: date) -> bool:
    """Say whether the rule is valid in a period, which it is when it is so on the first day."""
    start, end = rule.get("valid_from"), rule.get("valid_to")
    return (start is None or start <= period) and (end is None or end >= period)


def _sender_headers(layer: str) -> tuple[str, ...]:
    what = "sender" if layer in ("resource_tower", "solution") else "account, centre, vendor"
    return (what, "cost pool", "expense", "next rule", ">lines", ">amount", ">handed on")


def _sender_cells(one: Row) -> tuple[str, ...]:
    visible = (one["account_id"], one["cost_center_id"], one["vendor"])
    return (
        named(one["from_id"], one["from_name"])
        if one["from_id"]
        else " ".join(part for part in visible if part),
        " / ".join(part for part in (one["cost_pool"], one["cost_sub_pool"]) if part),
        one["expense_type"] or "",
        one["next_rule_id"] or "none",
        "" if one["line_count"] is None else f"{one['line_count']:,}",
        money(one["amount"]),
        money(one["handed_on_amount"]) if one["handed_on_amount"] else "",
    )


def _receiver_cells(one: Row) -> tuple[str, ...]:
    weight = one["weight"]
    return (
        named(one["from_id"] or "", one["from_name"]),
        named(one["to_id"], one["to_name"]),
        reason(one["reason_code"]),
        "" if weight is None else f"{weight.normalize():,f}",
        f"{one['share']:.4%}" if one["share_of"] in (WHAT_LEAVES, WHAT_IS_CHARGED) else "",
        f"{one['share']:.4%}" if one["share_of"] == ALL_HELD else "",
        _driver_cell(one),
        money(one["amount"]),
        money(one["handed_on_amount"]) if one["handed_on_amount"] else "",
    )


def _driver_cell(one: Row) -> str:
    """Return the period of the driver values; of a dual rate and a hybrid also what was used."""
    period = f"{one['driver_period']:%Y-%m}" if one["driver_period"] else ""
    used = one["part"]
    if one["fallback_position"]:
        used = f"{one['fallback_position']} {one['method_used']}"
    return f"{used}: {one['driver_id'] or ''} {period}".rstrip(" :") if used else period


def _limited(
    headers: tuple[str, ...], rows: list[Row], cells: Any, leave: tuple[int, ...] = ()
) -> Iterator[str]:
    """Yield the first rows as a table, the rest as one; some columns may be left out."""
    shown = [cells(one) for one in rows[:SHOWN]]
    rest = rows[SHOWN:]
    if rest:
        amount = sum((one["amount"] for one in rest), Decimal(0))
        blank = [""] * (len(headers) - 3)
        shown.append((f"and {len(rest):,} more", *blank, money(amount), ""))
    kept = [number for number in range(len(headers)) if number not in leave]
    yield from table(
        [headers[number] for number in kept], [[row[number] for number in kept] for row in shown]
    )
