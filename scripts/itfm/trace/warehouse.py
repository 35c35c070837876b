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
from itfm.workspace import Workspace, load_workspace

Row = dict[str, Any]
QUERIES = Path(__file__).parent / "queries"
NEEDED = "marts.fct_cost_trace"
SUGGESTIONS = 3


class Warehouse:
    """A connection to a published or work database that only reads."""

    def __init__(self, path: Path | str, *, work: bool = False):
        """Open the database of the workspace in `path`."""
        self.workspace: Workspace = load_workspace(path)
        database = self.workspace.work_database if work else self.workspace.published_database
        if not database.is_file():
            raise UserError(
                f"nothing is {'built' if work else 'published'} in {self.workspace.path} yet. "
                f"Run `itfm build {self.workspace.path}`."
            )
        try:
            self.connection = duckdb.connect(str(database), read_only=True)
        except duckdb.Error as error:
            raise UserError(
                f"{database} cannot be read: {str(error).splitlines()[0]} Close the program that "
                "writes to it."
            ) from error
        try:
            self.connection.execute(f"select * from {NEEDED} limit 0")
        except duckdb.Error as error:
            self.connection.close()
            raise UserError(
                f"{database} holds no {NEEDED}: an older version built it. "
                f"Run `itfm build {self.workspace.path}`."
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
        """Return the id that the user means; other spelling of case is forgiven."""
        ids = [one for one in self.values(query, **values) if one != "None"]
        if given in ids:
            return given
        by_case = {one.lower(): one for one in ids}
        if given.lower() in by_case:
            return by_case[given.lower()]
        raise UserError(f"there is no {what} {given}.{suggestion(given, ids)}")

    def period(self, given: str | None, scenario: str, rule_set: str) -> datetime.date:
        """Return the first day of the fiscal period that the user means; the latest by default."""
        periods = [
            row["fiscal_period"]
            for row in self.rows(
                "select distinct fiscal_period from allocation.alloc_pool_senders "
                "where scenario = $scenario and rule_set = $rule_set order by 1",
                scenario=scenario,
                rule_set=rule_set,
            )
        ]
        if not periods:
            raise UserError(f"scenario {scenario} holds no money under rule set {rule_set}.")
        if given is None:
            return periods[-1]
        if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", given):
            raise UserError(f"{given} is no period; write 2025-03 or 2025-03-01.")
        found = [one for one in periods if given in (f"{one:%Y-%m}", f"{one:%Y-%m-%d}")]
        if not found:
            raise UserError(
                f"{scenario} holds no money in {given}; its periods start from {periods[0]} to "
                f"{periods[-1]}."
            )
        return found[0]

    def scenario(self, given: str) -> str:
        """Return the scenario that the user means."""
        return self.known(
            "scenario", given, "select distinct scenario from allocation.alloc_pool_senders"
        )

    def rule_set(self, given: str) -> str:
        """Return the rule set that the user means."""
        return self.known("rule set", given, "select rule_set from core.dim_rule_sets")

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


def suggestion(given: str, known: Iterable[str]) -> str:
    """Return ' Did you mean ...?' with the closest known ids, or an empty text."""
    spelled = {one.lower(): one for one in known}
    close = difflib.get_close_matches(given.lower(), list(spelled), n=SUGGESTIONS, cutoff=0.5)
    return f" Did you mean {', '.join(spelled[one] for one in close)}?" if close else ""
