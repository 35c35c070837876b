"""One screen about the published warehouse: what came in, where it went, what to look at next."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from itfm.progress import console
from itfm.readers import open_warehouse
from itfm.restatements import restated_periods
from itfm.workspace import Workspace, load_workspace

WIDTH = 100
LABEL = 13
LATEST_PERIODS = 12
LARGEST = 5
MOST_LINES = 4
CAP = 9.99
REASONS = {
    "unclassified": "no classification rule matches",
    "no_matching_rule": "no allocation rule matches",
    "no_driver_data": "the driver of the rule has no data",
    "zero_weights": "all weights of the rule are zero",
    "receivers_closed": "its receivers are closed by step_down or direct",
    "idle_capacity": "capacity that nobody used",
    "untagged_use": "cloud use without a tag",
    "not_distributed": "the rule keeps it back",
    "volume_variance": "volume other than budgeted",
    "spending_variance": "cost other than the standard rate",
    "tag_missing": "the money carries no tag",
    "tag_unknown": "the tag names nothing that is known",
}
LAYERS = {
    "cost_pool": "cost pools",
    "resource_tower": "towers",
    "solution": "services",
    "consumer": "consumers",
}


def show(workspace: Workspace, out: Console | None = None) -> None:
    """Print the summary of the published warehouse of a workspace."""
    shown = out or console()
    for line in lines(workspace):
        shown.print(line, markup=False)


def summary(path: Path | str) -> None:
    """Print the summary of the workspace in `path`."""
    show(load_workspace(path))


def lines(workspace: Workspace) -> list[str]:
    """Return the summary line by line; no line is longer than 100 characters."""
    with open_warehouse(workspace) as connection:
        return [_cut(line) for line in _Summary(workspace, connection).lines()]


class _Summary:
    def __init__(self, workspace: Workspace, connection: duckdb.DuckDBPyConnection):
        self.workspace = workspace
        self.connection = connection
        self.currency = workspace.reporting_currency
        query = "select rule_set from core.dim_rule_sets where status = 'current'"
        current = [name for (name,) in self.rows(query)] or ["current"]
        connection.execute("set variable current_rule_set = ?", current[:1])

    def lines(self) -> Iterator[str]:
        yield from self._head()
        yield from self._ledger()
        yield from self._restatements()
        yield from self._unallocated()
        yield from self._rejects()
        yield from self._cost_model()
        yield from self._services()
        yield from self._variances()
        yield from self._quality()
        yield from self._next()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none when a table that it reads is not there."""
        try:
            return self.connection.execute(query, list(values)).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            return []

    # sections -----------------------------------------------------------------------------

    def _head(self) -> Iterator[str]:
        left = f"{self.workspace.company}: IT money in {self.currency}"
        right = ""
        for (time,) in self.rows("select published_at from reconciliation.published"):
            right = f"published {time:%Y-%m-%d %H:%M} UTC"
        yield left + right.rjust(max(1, WIDTH - len(left)))
        yield "-" * WIDTH

    def _ledger(self) -> Iterator[str]:
        for count, first, last in self.rows(
            "select count(distinct fiscal_period), min(fiscal_period), max(fiscal_period) "
            "from core.fct_ledger_lines"
        ):
            yield _labelled("Periods", f"{count}, the first starts {first}, the last {last}")
        yield from self._missing_periods()
        for count, amount in self.rows("select count(*), sum(amount) from core.fct_ledger_lines"):
            yield _labelled("Ledger", f"{money(amount, 2)} {self.currency} in {count:,} lines")
        shares = self._shares()
        if shares:
            reached = shares.get("consumer")
            by_layer = ", ".join(
                f"{name} {percent(shares[layer])}"
                for layer, name in LAYERS.items()
                if layer in shares and layer != "consumer"
            )
            yield _labelled("Allocated", f"{percent(reached)} of it reaches consumers ({by_layer})")
        yield from self._stages()
        for count, largest in self.rows(
            "select count(*), max(abs(difference_amount)) from reconciliation.rec_ledger_tie_out"
        ):
            yield _labelled(
                "Tie-out",
                f"largest difference to the ledger {money(largest, 2)} {self.currency} "
                f"({count:,} layers, periods and scenarios)",
            )

    def _missing_periods(self) -> Iterator[str]:
        missing = [
            str(period)
            for (period,) in self.rows(
                """
                with held as (select distinct fiscal_period from core.fct_ledger_lines)
                select start_date from input_layer.input_ledger__fiscal_calendar
                where start_date between (select min(fiscal_period) from held)
                    and (select max(fiscal_period) from held)
                    and start_date not in (from held)
                order by start_date
                """
            )
        ]
        if missing:
            named = ", ".join(missing[:LARGEST]) + (", ..." if missing[LARGEST:] else "")
            yield _labelled("", f"{len(missing)} between them without a ledger line: {named}")

    def _restatements(self) -> Iterator[str]:
        try:
            restated = restated_periods(self.connection)
        except duckdb.CatalogException:
            return
        actuals = [period for period in restated if period.scenario == "actual"]
        plans = len(restated) - len(actuals)
        if actuals:
            closed = sum(period.is_closed for period in actuals)
            count = f"actuals of {len(actuals):,} period{'s' if actuals[1:] else ''}"
            count += f", {closed:,} closed" if closed else ""
            yield _labelled("Restated", f"{count}, since these changed:")
            inputs = {name for period in actuals for name in period.changed_inputs.split(", ")}
            yield from _wrapped(", ".join(sorted(inputs)), MOST_LINES)
            for period in actuals[:LARGEST]:
                yield _item(period.text(), money(period.total_change, 2, sign=True))
            yield from _more(actuals, "reconciliation.rec_restatements", "period")
        if plans:
            periods = f"{plans:,} period{'s' if plans > 1 else ''} of plans"
            text = f"{periods}, which go by the same drivers and rules (rec_restatements)"
            yield _labelled("" if actuals else "Restated", f"{'  and ' if actuals else ''}{text}")

    def _stages(self) -> Iterator[str]:
        found = {
            metric: (share, stage)
            for metric, share, stage in self.rows(
                """
                select metric, percentage / 100, stage from marts.fct_model_quality
                where scenario = 'actual' and rule_set = getvariable('current_rule_set')
                    and stage is not null
                    and fiscal_period = (select max(fiscal_period) from core.fct_ledger_lines)
                """
            )
        }
        if len(found) == 2:
            coverage, measured = found["allocation_coverage"], found["consumptive_share"]
            yield _labelled(
                "Model",
                f"last period: {percent(coverage[0])} reach consumers (stage {coverage[1]} of 5), "
                f"last step {percent(measured[0])} by use (stage {measured[1]})",
            )

    def _shares(self) -> dict[str, Decimal | None]:
        rows = self.rows(
            """
            select layer, sum(placed_amount), sum(ledger_amount)
            from reconciliation.rec_ledger_tie_out
            where scenario = 'actual' and rule_set = getvariable('current_rule_set')
            group by layer
            """
        )
        return {layer: placed / total if total else None for layer, placed, total in rows}

    def _unallocated(self) -> Iterator[str]:
        total = self._total("select sum(amount) from core.fct_ledger_lines")
        rows = self.rows(
            """
            select
                layer, reason_code, sum(amount), sum(debit_amount), sum(credit_amount)
            from reconciliation.rec_unallocated
            where scenario = 'actual' and rule_set = getvariable('current_rule_set')
            group by layer, reason_code
            order by sum(debit_amount - credit_amount) desc, layer, reason_code
            """
        )
        if not rows:
            yield _labelled("Unallocated", "nothing")
            return
        amount = sum((row[2] for row in rows), Decimal(0))
        share = percent(amount / total) if total else "-"
        yield _labelled("Unallocated", f"{money(amount)} {self.currency}, {share} of the ledger:")
        for layer, reason, part, debits, credits in rows[:LARGEST]:
            text = REASONS.get(reason, reason)
            yield _item(f"did not reach {LAYERS.get(layer, layer)}: {text}", money(part))
            if 2 * abs(part) < debits:  # the sum hides how much stopped
                yield _item(
                    f"  debits of {money(debits)} less credits of {money(-credits)}", ""
                ).rstrip()
        yield from _more(rows, "reconciliation.rec_unallocated")

    def _rejects(self) -> Iterator[str]:
        rows = self.rows(
            """
            select
                domain || '.' || table_name,
                reason_code,
                count(*),
                sum(amount),
                sum(abs(amount)),
                case when count(distinct currency_code) > 1 then 'mixed currencies'
                    else coalesce(max(currency_code), ?) end
            from reconciliation.rec_rejected_rows
            group by all
            order by count(*) desc, 1, 2
            """,
            self.currency,
        )
        if not rows:
            yield _labelled("Rejected", "no row")
            return
        count = sum(row[2] for row in rows)
        yield _labelled("Rejected", f"{count:,} delivered rows:")
        for table, reason, number, amount, absolute, currency in rows[:LARGEST]:
            held = ""
            if amount is not None:
                cancels = abs(amount) < absolute
                held = f" holding {money(absolute if cancels else amount)} {currency}"
                held += " without signs" if cancels else ""
            yield _item(f"{table}: {reason.replace('_', ' ')}{held}", f"{number:,}")
        yield from _more(rows, "reconciliation.rec_rejected_rows")

    def _cost_model(self) -> Iterator[str]:
        rows = self.rows(
            "select message from allocation.alloc_rule_faults where severity = 'warning' "
            "order by file_name, line_number, message"
        )
        rows += self.rows("select message from allocation.alloc_use_faults order by message")
        if rows:
            warnings = f"{len(rows):,} warning{'s' if len(rows) > 1 else ''}"
            yield _labelled("Cost model", f"{warnings} in alloc_rule_faults and alloc_use_faults:")
            yield from _wrapped(" ".join(rows[0][0].split()), MOST_LINES)
            if len(rows) > 1:
                yield f"{'':15}... `itfm check` tells them all"

    def _services(self) -> Iterator[str]:
        rows = self.rows(
            f"""
            with periods as (
                select distinct fiscal_period from marts.fct_service_cost
                where scenario = 'actual' and rule_set = getvariable('current_rule_set')
                order by fiscal_period desc limit {LATEST_PERIODS}
            )
            select
                cost.service_id,
                max(services.service_name),
                sum(cost.amount),
                sum(sum(cost.amount)) over (),
                (select min(fiscal_period) from periods),
                (select count(*) from periods)
            from marts.fct_service_cost as cost
            left join core.dim_services as services using (service_id)
            where cost.scenario = 'actual' and cost.rule_set = getvariable('current_rule_set')
                and cost.fiscal_period in (select fiscal_period from periods)
            group by cost.service_id
            order by sum(cost.amount) desc, cost.service_id
            limit {LARGEST}
            """
        )
        if not rows:
            yield _labelled("Services", "none carries cost; deliver cmdb.services and rules")
            return
        yield _labelled(
            "Services", f"the largest, {rows[0][5]} periods from {rows[0][4]}, in {self.currency}:"
        )
        for service, name, amount, total, _, _ in rows:
            share = f"{percent(amount / total):>6}" if total else ""
            label = service if name in (None, service) else f"{name} ({service})"
            yield _item(label, f"{money(amount)} {share}")

    def _variances(self) -> Iterator[str]:
        versions = self.rows(
            """
            with closed as (select max(fiscal_period) as period from core.fct_ledger_lines)
            select budget_version, min(fiscal_period), max(fiscal_period)
            from marts.fct_budget_variance, closed
            where plan_type = 'budget' and fiscal_period <= closed.period
            group by budget_version
            order by max(fiscal_period) desc, max(case when has_budget then 1 else 0 end) desc,
                budget_version desc
            limit 1
            """
        )
        if not versions:
            yield _labelled("Budget", "none was delivered")
            return
        version, first, last = versions[0]
        rows = self.rows(
            f"""
            with latest as (
                select distinct fiscal_period from marts.fct_budget_variance
                where budget_version = ? and fiscal_period <= ?
                order by fiscal_period desc limit {LATEST_PERIODS}
            )
            select
                cost_center_id,
                cost_pool,
                sum(budget_amount),
                sum(variance_amount),
                (select min(fiscal_period) from latest),
                (select count(*) from latest)
            from marts.fct_budget_variance
            where budget_version = ? and fiscal_period in (select fiscal_period from latest)
            group by cost_center_id, cost_pool
            having sum(variance_amount) <> 0
            order by abs(sum(variance_amount)) desc, cost_center_id, cost_pool
            limit {LARGEST}
            """,
            version,
            last,
            version,
        )
        if not rows:
            yield _labelled("Variances", f"none against {version}, {first} to {last}")
            return
        names = dict(
            self.rows("select cost_center_id, cost_center_name from core.dim_cost_centers")
        )
        yield _labelled(
            "Variances",
            f"the largest, actual less {version}, {rows[0][5]} periods from {rows[0][4]}:",
        )
        for center, pool, budget, variance, _, _ in rows:
            share = change(variance / abs(budget)) if budget else "no plan"
            label = names.get(center) or center
            yield _item(f"{label} ({center}), {pool}", f"{money(variance, sign=True)} {share:>7}")

    def _quality(self) -> Iterator[str]:
        parts = []
        for kind, passed, other in self.rows(
            """
            select kind, count(*) filter (where status = 'pass'),
                count(*) filter (where status <> 'pass')
            from quality.test_results group by kind order by kind
            """
        ):
            parts.append(f"{passed:,} dbt {kind}s passed" + (f", {other} not" if other else ""))
        for passed, warned, failed in self.rows(
            """
            select count(*) filter (where success),
                count(*) filter (where not success and severity = 'warning'),
                count(*) filter (where not success and severity <> 'warning')
            from quality.expectation_results
            """
        ):
            text = f"{passed:,} expectations met"
            text += f", {warned} warnings" if warned else ""
            text += f", {failed} failed" if failed else ""
            parts.append(text)
        if parts:
            checks = _labelled("Checks", "; ".join(parts))
            if len(checks) <= WIDTH:
                yield checks
            else:
                yield _labelled("Checks", "; ".join(parts[:-1]) + ";")
                yield _labelled("", parts[-1])
        names = self.rows(
            "select test_name from quality.test_results where status <> 'pass' order by all"
        )
        if names:
            more = f" and {len(names) - 1} more in quality.test_results" if names[1:] else ""
            room = WIDTH - LABEL - len("  not passed: ") - len(more)
            yield _labelled("", f"  not passed: {_cut(names[0][0], room)}{more}")

    def _next(self) -> Iterator[str]:
        here = self.workspace
        yield "-" * WIDTH
        yield _labelled(
            "Look next", f"{_near(here.published_database)} (DuckDB, opens in BI tools):"
        )
        yield _labelled("", "marts.fct_service_cost, fct_consumer_cost, fct_unit_cost, and")
        yield _labelled("", "fct_budget_variance; reconciliation.rec_* prove them")
        report = here.reports / "quality.html"
        if report.is_file():
            yield _labelled("", f"{_near(report)} is the report of the checks")
        yield _labelled("", "`make docs` makes the dictionary and the lineage of every table")
        yield _labelled("", "analyses/ holds worked questions, such as tracing a cell to its lines")

    def _total(self, query: str) -> Decimal | None:
        rows = self.rows(query)
        return rows[0][0] if rows else None


def money(amount: Decimal | float | None, decimals: int = 0, *, sign: bool = False) -> str:
    """Return an amount with separators, such as 1,234,567 or +1,234."""
    if amount is None:
        return "-"
    return format(amount, f"{'+' if sign else ''},.{decimals}f")


def percent(share: Decimal | float | None) -> str:
    """Return a share as percent; never 100.0% when something is missing, nor 0.0% when not."""
    if share is None:
        return "-"
    value = float(share)
    if abs(value) > CAP:
        return _capped(value)
    text = f"{value:.1%}"
    if text == "100.0%" and value < 1:
        return ">99.9%"
    if text in ("0.0%", "-0.0%") and value != 0:
        return "<0.1%"
    return text


def change(share: Decimal | float) -> str:
    """Return a change as percent with its sign, such as +12%."""
    value = float(share)
    return _capped(value) if abs(value) > CAP else f"{value:+.0%}"


def _capped(value: float) -> str:
    return ">999%" if value > 0 else "<-999%"


def _labelled(label: str, text: str) -> str:
    return f"{label:<{LABEL}}{text}"


def _item(label: str, value: str) -> str:
    room = WIDTH - LABEL - 2 - len(value) - 1
    if len(label) > room:
        label = label[: room - 3] + "..."
    return f"{'':<{LABEL}}  {label:<{room}} {value}"


def _more(rows: Sequence[object], table: str, noun: str = "reason") -> Iterator[str]:
    if len(rows) > LARGEST:
        more = len(rows) - LARGEST
        yield _labelled("", f"  and {more} more {noun}{'s' if more > 1 else ''} in {table}")


def _near(path: Path) -> str:
    with contextlib.suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)


def _wrapped(text: str, most: int) -> Iterator[str]:
    """Yield a text in lines of the screen; what does not fit into so many is cut."""
    indent = " " * (LABEL + 2)
    yield from textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        max_lines=most,
        placeholder=" ...",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cut(line: str, width: int = WIDTH) -> str:
    line = line.rstrip()
    return line if len(line) <= width else line[: width - 3] + "..."
