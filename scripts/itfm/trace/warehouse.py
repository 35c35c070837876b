"""The warehouse, opened for reading, and what a user may name in it."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from itfm.errors import UserError
from itfm.readers import open_warehouse
from itfm.workspace import Workspace, load_workspace

Row = dict[str, Any]
QUERIES = Path(__file__).parent / "queries"
NEEDED = "marts.fct_cost_trace"
SUGGESTIONS = 3
FEW = 12
MONEY = "amount"
CURRENT = "current"
PLACES = (
    "UNALLOCATED", "IDLE_CAPACITY", "UNTAGGED", "VOLUME_VARIANCE", "SPENDING_VARIANCE",
)  # fmt: skip


class Warehouse:
    """A connection to a published or work database that only reads."""

    def __init__(self, path: Path | str, *, work: bool = False):
        """Open the database of the workspace in `path`."""
        self.workspace: Workspace = load_workspace(path)
        self.connection = open_warehouse(self.workspace, work=work)
        try:
            self.connection.execute(f"select * from {NEEDED} limit 0")
        except duckdb.Error as error:
            self.connection.close()
            raise UserError(
                f"the warehouse of {self.workspace.path} has no {NEEDED}: an older version built "
                f"it. Run `itfm build {self.workspace.path}`."
            ) from error

    def __enter__(self) -> Warehouse:
        """Return the warehouse."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.connection.close()

    @property
    def currency(self) -> str:
        """Return the reporting currency."""
        return self.workspace.reporting_currency

    def rows(self, query: str, **values: object) -> list[Row]:
        """Return the rows of a query with named parameters."""
        result = self.connection.execute(query, values or None)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def named(self, name: str, filters: str = "", **values: object) -> list[Row]:
        """Return the rows of the query in queries/<name>.sql; `filters` goes where it says."""
        query = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
        return self.rows(query.replace("{filters}", filters), **values)

    def values(self, query: str, **values: object) -> list[str]:
        """Return the first column of a query."""
        return [str(next(iter(row.values()))) for row in self.rows(query, **values)]

    # what a user names --------------------------------------------------------------------

    def known(self, what: str, given: str, query: str, **values: object) -> str:
        """Return the id that the user means, by id or by name; spelling of case is forgiven.

        The query has ids in its first column and may have names in its second.
        """
        rows = [tuple(row.values()) for row in self.rows(query, **values)]
        names: dict[str, str] = {}
        for row in rows:
            if row[1:] and row[1] is not None:
                names.setdefault(str(row[1]), str(row[0]))
        return self.known_of(
            what, given, [str(row[0]) for row in rows if row[0] is not None], names
        )

    def known_of(
        self, what: str, given: str, ids: Iterable[str], names: dict[str, str] | None = None
    ) -> str:
        """Return the one of the ids that the user means, or the one that bears the name."""
        all_ids = list(ids)
        if given in all_ids:
            return given
        by_case = {one.lower(): one for one in all_ids}
        by_name = {name.lower(): one for name, one in (names or {}).items()}
        wanted = " ".join(given.split()).lower()
        if wanted in by_case:
            return by_case[wanted]
        if wanted in by_name:
            return by_name[wanted]
        hint = suggestion(given, [*all_ids, *(names or {})]) or listed(all_ids)
        raise UserError(f"there is no {what} {given or repr(given)}.{hint}")

    def measure(self, given: str) -> tuple[str, str]:
        """Return the measure that the user means, and its unit; amount is money."""
        query = "select measure, unit from core.dim_measures"
        units = {row["measure"]: row["unit"] for row in self.rows(query)}
        measure = self.known_of("measure", given, units)
        return measure, units[measure] if measure != MONEY else self.currency

    def reasons(self) -> list[str]:
        """Return the reasons why money stops."""
        return self.values(
            " union ".join(
                f"select distinct reason_code from allocation.{one} where reason_code is not null"
                for one in ("alloc_pool_flows", "alloc_tower_flows", "alloc_consumer_flows")
            )
        )

    def means(self, given: str, fiscal_period: datetime.date) -> bool:
        """Say whether the text names the fiscal period, whichever spelling it has."""
        return fiscal_period in self._spelled(given)

    def _spelled(self, given: str) -> list[datetime.date]:
        """Return the first days of the fiscal periods that a text names."""
        text = given.strip()
        by_date = re.fullmatch(r"(\d{4})[-/.]?(\d{1,2})(?:[-/.]?(\d{1,2}))?", text)
        rows = self.rows("select fiscal_period, period_name from core.dim_fiscal_periods")
        if by_date:
            year, month, day = (None if part is None else int(part) for part in by_date.groups())
            return [
                one
                for one in (row["fiscal_period"] for row in rows)
                if (one.year, one.month) == (year, month) and day in (None, one.day)
            ]
        return [row["fiscal_period"] for row in rows if row["period_name"].lower() == text.lower()]

    def periods(self, scenario: str, rule_set: str, measure: str) -> list[datetime.date]:
        """Return the first days of the fiscal periods that hold the measure, in their order."""
        return [
            row["fiscal_period"]
            for row in self.rows(
                "select distinct fiscal_period from allocation.alloc_pool_senders "
                "where scenario = $scenario and rule_set = $rule_set and measure = $measure "
                "order by 1",
                scenario=scenario,
                rule_set=rule_set,
                measure=measure,
            )
        ]

    def period(
        self, given: str | None, scenario: str, rule_set: str, measure: str = "amount"
    ) -> datetime.date:
        """Return the first day of the fiscal period that the user means; the latest by default."""
        periods = self.periods(scenario, rule_set, measure)
        what = "money" if measure == MONEY else measure
        if not periods:
            raise UserError(f"scenario {scenario} holds no {what} under rule set {rule_set}.")
        if given is None:
            return periods[-1]
        spelled = self._spelled(given)
        found = [one for one in periods if one in spelled]
        if found:
            return found[0]
        if not spelled and not re.search(r"\d{4}", given):
            raise UserError(f"{given or repr(given)} is no period; write 2025-03 or 2025-03-01.")
        name = self.values(
            "select period_name from core.dim_fiscal_periods where fiscal_period = $last",
            last=periods[-1],
        )
        raise UserError(
            f"{scenario} holds no {what} in {given}; its periods start from {periods[0]} to "
            f"{periods[-1]}. Write {periods[-1]:%Y-%m}, {periods[-1]}"
            + (f" or {name[0]}." if name else ".")
        )

    def scenario(self, given: str) -> str:
        """Return the scenario that the user means."""
        return self.known(
            "scenario", given, "select distinct scenario from allocation.alloc_pool_senders"
        )

    def rule_set(self, given: str) -> str:
        """Return the rule set that the user means."""
        rows = self.rows("select rule_set, status from core.dim_rule_sets")
        if given == CURRENT and not any(row["rule_set"] == given for row in rows):
            given = next((row["rule_set"] for row in rows if row["status"] == CURRENT), given)
        return self.known_of("rule set", given, [row["rule_set"] for row in rows])

    def names(self) -> dict[tuple[str, str], str]:
        """Return the names of services and consumers by layer and id."""
        return {
            (row["layer"], row["id"]): row["name"]
            for row in self.rows(
                "select 'solution' as layer, service_id as id, service_name as name "
                "from core.dim_services union all "
                "select 'consumer', consumer_id, consumer_name from core.dim_consumers"
            )
            if row["name"] and row["name"] != row["id"]
        }


def listed(ids: Iterable[str]) -> str:
    """Return ' There are ...' with the first few of the ids, or an empty text."""
    known = sorted(set(ids))
    more = f" and {len(known) - FEW:,} more" if len(known) > FEW else ""
    verb = "is" if len(known) == 1 else "are"
    return f" There {verb} {', '.join(known[:FEW])}{more}." if known else ""


def suggestion(given: str, known: Iterable[str]) -> str:
    """Return ' Did you mean ...?' with the closest known ids, or an empty text."""
    spelled = {one.lower(): one for one in known}
    close = difflib.get_close_matches(given.lower(), list(spelled), n=SUGGESTIONS, cutoff=0.5)
    return f" Did you mean {', '.join(spelled[one] for one in close)}?" if close else ""
