"""What `itfm bench` does: checks what is installed, measures, writes the report."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict
from pathlib import Path

from rich.markdown import Markdown

from itfm.bench.company import SIZES
from itfm.errors import UserError
from itfm.process import stop_on_signals
from itfm.progress import Phase, console

MODULES = {"polars": "polars", "pandas": "pandas", "postgres": "psycopg"}


def bench_command(
    size: str,
    folder: Path,
    *,
    tools: tuple[str, ...],
    repeats: int,
    with_growth: bool,
    quarterly: bool,
    from_core: bool,
) -> None:
    """Run the benchmark and write its report as table, JSON and Markdown."""
    check_tools(tools)
    from itfm.bench.report import markdown
    from itfm.bench.run import Options, bench

    options = Options(
        SIZES[size],
        folder,
        tools=tools,
        repeats=repeats,
        with_growth=with_growth,
        quarterly=quarterly,
        from_core=from_core,
    )
    out = console()
    with stop_on_signals(), Phase(out, f"Benchmark, size {size}") as phase:
        report = bench(options, phase.update)
        phase.done("measured")
    page = markdown(report)
    for suffix, text in (
        ("json", json.dumps(asdict(report), indent=1, default=str) + "\n"),
        ("md", page),
    ):
        path = folder / f"report_{size}.{suffix}"
        path.write_text(text, encoding="utf-8")
        out.print(f"wrote {path}", markup=False)
    out.print(Markdown(page))


def check_tools(tools: tuple[str, ...]) -> None:
    """Raise a UserError for a tool that is not known or not installed."""
    for tool in tools:
        if tool not in MODULES:
            raise UserError(f"{tool} is not one of {', '.join(MODULES)}.")
        if importlib.util.find_spec(MODULES[tool]) is None:
            raise UserError(
                f"{tool} is not installed. `make bench` installs what the benchmark compares "
                "with; or: .venv/bin/uv sync --frozen --inexact --group bench"
            )
    if "postgres" in tools:
        from itfm.bench.postgres_waterfall import programs

        programs()
