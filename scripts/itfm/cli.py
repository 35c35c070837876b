"""The command line: one thin function per command, each imports what it needs when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from itfm.errors import UserError

SHOWN_LINES = 20


class _Commands(click.Group):
    """A group that shows errors of the workspace as a sentence and keeps the order of commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List commands in the order in which a user meets them."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error that the user can mend ends it with exit code 1."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.secho(f"error: {error}", fg="red", err=True)
            sys.exit(1)


WORKSPACE = click.argument(
    "workspace",
    envvar="ITFM_WORKSPACE",
    default="workspaces/demo",
    type=click.Path(path_type=Path),
)
RESTATE = click.option(
    "--restate",
    is_flag=True,
    help="Publish although figures of closed periods change (closed_periods: keep).",
)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="itfm", message="itfm %(version)s")
def main() -> None:
    """Allocate the ledger of IT to services and consumers, exact to the cent.

    A company is a folder, its WORKSPACE: workspace.yml, inputs/ and cost_model/. Name it as an
    argument or in ITFM_WORKSPACE; without either it is workspaces/demo.
    """


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--company", help="Name of the company; the name of the folder when left out.")
@click.option("--currency", default="USD", show_default=True, help="Reporting currency, ISO 4217.")
@click.option("--ledger-only", is_flag=True, help="Write input files for the ledger alone.")
def init(path: Path, company: str | None, currency: str, ledger_only: bool) -> None:
    """Write an empty workspace: settings, input files with headers, a starter cost model."""
    from itfm.init import init_workspace, next_steps

    init_workspace(path, company=company, currency=currency, ledger_only=ledger_only)
    click.echo(next_steps(path))


@main.command()
@WORKSPACE
def check(workspace: Path) -> None:
    """Read all files, judge them and the rules, and say what to mend and whether a build stops.

    Exit code 1 when there are errors; warnings do not count.
    """
    from itfm.check import check_workspace, render

    report = check_workspace(workspace, progress=lambda text: click.echo(text, err=True))
    click.echo(render(report))
    if report.errors:
        sys.exit(1)


@main.command()
@WORKSPACE
def load(workspace: Path) -> None:
    """Load the files of a workspace as text into the schema landing of its work database.

    dbt does this by itself whenever it opens the database. Unchanged files are not read again.
    """
    from itfm.build import locked
    from itfm.landing import load_into_work_database
    from itfm.workspace import load_workspace

    with locked(load_workspace(workspace).path):
        files, found = load_into_work_database(workspace)
    for file in files:
        action = "read" if file.was_read else "unchanged"
        click.echo(f"{action:<10}{file.row_count:>12,} rows  {file.file_name}")
    for problem in found:
        click.secho(f"warning: {problem.message}", fg="yellow", err=True)


@main.command()
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file instead.")
def contract(output: Path | None) -> None:
    """Print the input contract: every table and column that a company can deliver."""
    from itfm.contract import contract_markdown

    text = contract_markdown()
    _give(text, output)


@main.command()
@WORKSPACE
@click.option("--ledger-lines", default=250_000, show_default=True, help="Lines of the ledger.")
@click.option("--cloud-rows", default=60_000, show_default=True, help="Rows of the cloud bills.")
@click.option("--months", default=36, show_default=True, help="Months of actuals, 2 to 36.")
@click.option("--seed", default=7, show_default=True, help="The same seed writes the same bytes.")
@click.option("--file-format", type=click.Choice(["csv", "parquet"]), default="csv")
def demo(
    workspace: Path, ledger_lines: int, cloud_rows: int, months: int, seed: int, file_format: str
) -> None:
    """Write the inputs of the demo company into a workspace, in place of those that are there."""
    from itfm.build import write_demo_inputs

    if not 2 <= months <= 36:
        raise click.BadParameter("the demo company has 2 to 36 months.", param_hint="--months")
    write_demo_inputs(
        workspace,
        ledger_lines=ledger_lines,
        cloud_rows=cloud_rows,
        months=months,
        seed=seed,
        file_format=file_format,
        progress=click.echo,
    )
    click.echo(f"The inputs of the demo company stand in {workspace / 'inputs'}")


@main.command()
@WORKSPACE
@click.option("--force", is_flag=True, help="Build although nothing changed.")
@click.option(
    "--full",
    is_flag=True,
    help="Start from the files, without the work database, although nothing changed.",
)
@click.option(
    "--no-publish", is_flag=True, help="Build and test only; readers keep what they have."
)
@RESTATE
def build(workspace: Path, force: bool, full: bool, no_publish: bool, restate: bool) -> None:
    """Build, test and publish the warehouse of a workspace; does nothing when nothing changed.

    Exit code 1 when a model or test failed, 2 when the files or settings cannot be used; the
    published warehouse is then as it was.
    """
    from itfm.build import BuildOptions
    from itfm.build import build as build_warehouse

    options = BuildOptions(
        force=force or no_publish, full=full, publish=not no_publish, restate=restate
    )
    sys.exit(build_warehouse(workspace, options))


@main.command()
@WORKSPACE
@RESTATE
def publish(workspace: Path, restate: bool) -> None:
    """Publish the work database as it stands, after a plain `dbt build` whose tests passed."""
    from itfm.build import publish_as_it_stands

    sys.exit(publish_as_it_stands(workspace, restate=restate))


@main.command()
@WORKSPACE
def summary(workspace: Path) -> None:
    """Show one screen about the published warehouse: totals, shares, rejects, largest services."""
    from itfm.summary import summary as show_summary

    show_summary(workspace)


@main.command("diff")
@WORKSPACE
@click.option("--rule-set", help="Proposed rule set; the only one when left out.")
@click.option("--scenario", default="actual", show_default=True, help="Whose money to look at.")
@click.option("--period", help="One fiscal period, such as 2025-03.")
@click.option("--year", type=int, help="One fiscal year; the latest when left out.")
@click.option(
    "--by",
    type=click.Choice(["consumer", "service", "both"]),
    default="consumer",
    show_default=True,
    help="What one row is.",
)
@click.option(
    "--top",
    type=click.IntRange(min=0),
    help="Only so many rows, the largest first; 0, as without it, shows all.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "markdown", "json", "csv"]),
    default="table",
    show_default=True,
    help="markdown fits a comment on a pull request.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file instead.")
def show_diff(
    workspace: Path,
    rule_set: str | None,
    scenario: str,
    period: str | None,
    year: int | None,
    by: str,
    top: int | None,
    output_format: str,
    output: Path | None,
) -> None:
    """Show what a proposed rule set does to each bill, and which rule does it."""
    from itfm.diff import diff

    if period is not None and year is not None:
        raise click.UsageError("give --period or --year, not both.")
    text = diff(
        workspace,
        rule_set=rule_set,
        scenario=scenario,
        period=period,
        year=year,
        by=by,
        top=top,
        output_format=output_format,
    )
    _give(text, output)


@main.command()
@WORKSPACE
@click.option("--consumer", help="Back from what this consumer pays.")
@click.option("--service", help="Back from this service; DIRECT for money past the services.")
@click.option("--tower", help="Back from this tower or sub-tower.")
@click.option("--cost-pool", help="Back from this cost pool or sub-pool.")
@click.option("--place", help="Back from where money stops: UNALLOCATED, IDLE_CAPACITY, ...")
@click.option("--reason", help="Back from money that stops for this reason: no_driver_data, ...")
@click.option("--line", help="Forward from this journal or plan line to everybody who pays.")
@click.option("--period", help="2025-03, 2025-03-01 or 2025-P03; the latest when left out.")
@click.option("--scenario", help="actual, or a budget or forecast version.  [default: actual]")
@click.option("--rule-set", default="current", show_default=True, help="By whose rules.")
@click.option(
    "--measure",
    default="amount",
    show_default=True,
    help="amount is money; a quantity, such as kgCO2e, is followed alike.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json", "html", "csv"]),
    default="table",
    show_default=True,
    help="html is a picture and needs --output; csv holds the lines, or the receivers.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file instead.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help="Lines shown; 0 shows all.  [default: 20; all in csv]",
)
@click.option("--work", is_flag=True, help="Read the work database, not the published one.")
def trace(
    workspace: Path,
    output_format: str,
    output: Path | None,
    limit: int | None,
    work: bool,
    **chosen: Any,
) -> None:
    """Follow money: from a cell of the bill back to its lines, or from a line forward.

    \b
    itfm trace --consumer BU04 --service SVC-ERP --period 2025-03
    itfm trace --tower "AI Models" --format html --output models.html
    itfm trace --line JL202503-000001234 --format json
    itfm trace --consumer BU04 --measure kgCO2e
    itfm trace --reason no_driver_data

    Objects may be given by id or by name. Pieces add up exactly: to the cell over its lines, to
    the line over its receivers.
    """
    from itfm.trace.follow import Selection
    from itfm.trace.follow import trace as follow
    from itfm.trace.sankey import picture
    from itfm.trace.text import as_csv, as_json, trace_table
    from itfm.trace.warehouse import Warehouse

    if output_format == "html" and output is None:
        raise UserError("a picture is written to a file; add --output trace.html.")
    if limit is None:
        limit = 0 if output_format == "csv" else SHOWN_LINES
    with Warehouse(workspace, work=work) as warehouse:
        found = follow(warehouse, Selection(**chosen), limit)
    if output_format == "table":
        text = "\n".join(trace_table(found)) + "\n"
    else:
        writers = {"json": as_json, "html": picture, "csv": as_csv}
        text = writers[output_format](found)
    _give(text, output)


@main.command()
@click.argument("rule_id")
@WORKSPACE
@click.option("--rule-set", default="current", show_default=True, help="Whose rule it is.")
@click.option("--scenario", default="actual", show_default=True, help="Whose money it moves.")
@click.option("--period", help="2025-03, 2025-03-01 or 2025-P03; the latest when left out.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
@click.option("--work", is_flag=True, help="Read the work database, not the published one.")
def explain(
    rule_id: str,
    workspace: Path,
    rule_set: str,
    scenario: str,
    period: str | None,
    output_format: str,
    work: bool,
) -> None:
    """Say what a rule takes, to whom it sends, why, and what would take it otherwise.

    `itfm rules` lists the rules.

    \b
    itfm explain P-AI-CLOUD
    itfm explain S-USAGE --period 2025-03 --format json
    """
    from itfm.trace.explain import explain as explain_rule
    from itfm.trace.explain import explanation
    from itfm.trace.text import as_json
    from itfm.trace.warehouse import Warehouse

    with Warehouse(workspace, work=work) as warehouse:
        found = explain_rule(warehouse, rule_id, rule_set, scenario, period)
    _give(as_json(found) if output_format == "json" else "\n".join(explanation(found)), None)


@main.command("rules")
@WORKSPACE
@click.option("--rule-set", default="current", show_default=True, help="Whose rules.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
@click.option("--work", is_flag=True, help="Read the work database, not the published one.")
def list_rules(workspace: Path, rule_set: str, output_format: str, work: bool) -> None:
    """List the rules of a rule set, inherited ones too, in the order in which they are tried."""
    from itfm.trace.explain import rule_list, rules
    from itfm.trace.text import as_json
    from itfm.trace.warehouse import Warehouse

    with Warehouse(workspace, work=work) as warehouse:
        found = rules(warehouse, rule_set)
    _give(as_json(found) if output_format == "json" else "\n".join(rule_list(found)), None)


def _give(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file and say so."""
    if output is None:
        click.echo(text.rstrip("\n"))
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}.") from error
    click.echo(f"wrote {output}")


@main.command()
@WORKSPACE
def quality(workspace: Path) -> None:
    """Run Great Expectations on the work database; writes a table and reports/quality.html."""
    from itfm.quality.__main__ import main as judge

    sys.exit(judge(["--workspace", str(workspace)]))


@main.command()
@click.option("--manifest", type=click.Path(path_type=Path), help="Check this manifest.json.")
def structure(manifest: Path | None) -> None:
    """Check the rules of the house over the manifest: layers, names, descriptions, contracts."""
    from itfm.structure import check

    sys.exit(check(manifest))


@main.command()
@click.option("--only", multiple=True, help="Run only this step; may be given more than once.")
def prove(only: tuple[str, ...]) -> None:
    """Prove the project: lint, structure, dbt tests, Great Expectations and pytest."""
    from itfm.prove import prove as run_steps

    sys.exit(run_steps(only))


@main.command()
@click.option("--size", type=click.Choice(["small", "medium", "large"]), default="small")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default="workspaces/bench",
    show_default=True,
    help="Where the made company and the reports are written.",
)
@click.option("--tools", default="polars,pandas,postgres", show_default=True)
@click.option("--repeats", default=3, show_default=True, help="Runs of which medians are shown.")
@click.option("--growth/--no-growth", default=True, help="Measure one more month.")
@click.option("--quarterly", is_flag=True, help="Drivers and use change every three months only.")
@click.option("--from-core", is_flag=True, help="Put the ledger into core, past staging.")
def bench(
    size: str,
    folder: Path,
    tools: str,
    repeats: int,
    growth: bool,
    quarterly: bool,
    from_core: bool,
) -> None:
    """Measure the engine on a made company, beside a plain scan and other tools."""
    from itfm.bench.command import bench_command

    bench_command(
        size,
        folder,
        tools=tuple(tool.strip() for tool in tools.split(",") if tool.strip()),
        repeats=repeats,
        with_growth=growth,
        quarterly=quarterly,
        from_core=from_core,
    )


if __name__ == "__main__":
    main()
