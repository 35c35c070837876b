"""The command that writes the demo company."""

from __future__ import annotations

import time
from pathlib import Path

import click

from itfm.demo.workspace import generate


@click.command("demo")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("workspaces/demo"),
    envvar="ITFM_WORKSPACE",
    show_default=True,
    help="Folder to write into; its inputs are replaced.",
)
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same bytes.")
@click.option("--ledger-lines", default=250_000, show_default=True, help="Journal lines, about.")
@click.option("--cloud-rows", default=60_000, show_default=True, help="Cloud charges, about.")
@click.option(
    "--months",
    type=click.IntRange(2, 36),
    default=36,
    show_default=True,
    help="Months of actuals, ending in December 2025.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    show_default=True,
    help="Parquet for large sizes: journal and cloud bills in one folder for each month.",
)
def command(
    workspace: Path,
    seed: int,
    ledger_lines: int,
    cloud_rows: int,
    months: int,
    file_format: str,
) -> None:
    """Write the inputs of the demo company, a made-up group with three years of IT cost."""
    started = time.monotonic()
    generate(
        workspace,
        seed=seed,
        ledger_lines=ledger_lines,
        cloud_rows=cloud_rows,
        months=months,
        file_format=file_format,
        progress=lambda message: click.echo(f"  {message}"),
    )
    click.echo(f"demo company written to {workspace} in {time.monotonic() - started:.1f} s")
