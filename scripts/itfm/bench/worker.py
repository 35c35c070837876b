"""One tool in a process of its own: its time is not mixed with that of its imports."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from itfm.bench.steps import Waterfall


def run_tool(tool: str, folder: Path, database: Path) -> Waterfall:
    """Run the waterfall in the tool of this name."""
    if tool == "polars":
        from itfm.bench import polars_waterfall

        return polars_waterfall.run(folder)
    if tool == "pandas":
        from itfm.bench import pandas_waterfall

        return pandas_waterfall.run(folder)
    from itfm.bench import sql_waterfall

    return sql_waterfall.run_duckdb(folder, database if tool == "duckdb" else None)


def main(tool: str, folder: str, database: str, output: str) -> None:
    """Run one tool and write what it did as JSON."""
    done = run_tool(tool, Path(folder), Path(database))
    Path(output).write_text(json.dumps(asdict(done)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
