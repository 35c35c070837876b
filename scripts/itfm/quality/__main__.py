"""Runs all expectations on the work database of a workspace: python -m itfm.quality."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb

from itfm.contract import load_contract
from itfm.errors import UserError
from itfm.quality import report, results
from itfm.quality.checks import Outcome, all_checks
from itfm.workspace import Workspace, default_workspace, load_workspace

SHOWN = 20
REPORT = "quality.html"


def judge(workspace: Workspace, say: Callable[[str], None] = print) -> int:
    """Run the expectations; write their table and report; return 1 when a blocking one failed."""
    if not workspace.work_database.is_file():
        raise UserError(
            f"there is no work database in {workspace.build_folder}; run `itfm build` first."
        )
    say("... loading Great Expectations")
    from itfm.quality.runner import run

    checks = all_checks(load_contract(), _delivered(workspace.work_database))
    outcomes: list[Outcome] = []
    for outcome in run(checks, workspace.work_database):
        outcomes.append(outcome)
        if len(outcomes) % 25 == 0:
            say(f"... {len(outcomes)} of {len(checks)} expectations")
    order = {id(check): position for position, check in enumerate(checks)}
    outcomes.sort(key=lambda outcome: order[id(outcome.check)])
    results.write(workspace.work_database, outcomes)
    page = workspace.reports / REPORT
    report.write(page, workspace.company, outcomes)
    blocking = [outcome for outcome in outcomes if outcome.blocks]
    for outcome in blocking[:SHOWN]:
        for line in _lines(outcome):
            say(line)
    if blocking:
        say(f"All results: {page}")
    warned = sum(not outcome.success for outcome in outcomes) - len(blocking)
    met = len(outcomes) - len(blocking) - warned
    say(f"{met} met, {len(blocking)} failed, {warned} warnings")
    return 1 if blocking else 0


def _lines(outcome: Outcome) -> list[str]:
    check = outcome.check
    lines = [f"{check.table}: {check.description}", f"  found    {outcome.observed or 'nothing'}"]
    if outcome.error:
        lines.append(f"  error    {outcome.error}")
    lines += [f"  row      {example}" for example in outcome.examples]
    if check.what_to_do:
        lines.append(f"  do       {check.what_to_do}")
    return lines


def _delivered(database: Path) -> list[str]:
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            rows = connection.execute(
                "select distinct domain || '.' || table_name from landing.files"
            ).fetchall()
    except duckdb.IOException as error:
        raise UserError(
            f"{database} cannot be opened: {str(error).splitlines()[0]} Close the program that "
            "holds it."
        ) from error
    except duckdb.CatalogException:
        return []
    return [row[0] for row in rows]


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m itfm.quality", description=__doc__)
    parser.add_argument("--workspace", type=Path, default=default_workspace())
    options = parser.parse_args(arguments)
    try:
        return judge(load_workspace(options.workspace), lambda text: print(text, flush=True))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
