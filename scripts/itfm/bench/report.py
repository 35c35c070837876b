"""The report of a benchmark: as text for the screen and for a page, from the same figures."""

from __future__ import annotations

from typing import Any

from itfm.bench.run import Report, median
from itfm.bench.steps import STEPS

SHOWN_MODELS = 10
NAMES = {
    "engine": "this engine, its models of these steps",
    "duckdb": "DuckDB, its own table of lines",
    "duckdb_parquet": "DuckDB, Parquet",
    "polars": "polars, Parquet",
    "pandas": "pandas, Parquet",
    "postgres": "PostgreSQL, its own tables",
}


def markdown(report: Report) -> str:
    """Return the report as a Markdown page."""
    sections = (
        _head(report),
        _engine(report),
        _models(report),
        _traces(report),
        _tools(report),
        _agreement(report),
        _growth(report),
    )
    return "\n".join(line for section in sections for line in section) + "\n"


def scan_seconds(report: Report) -> float:
    """Return the median of scanning ledger and drivers once."""
    return median([sum(scan.values()) for scan in report.scans])


def waterfall_seconds(report: Report) -> float:
    """Return the median of the models that do what the other tools do."""
    return median([sum(steps.values()) for steps in report.waterfalls])


def _head(report: Report) -> list[str]:
    machine, size = report.machine, report.size
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    change = "every three months" if report.quarterly else "every month"
    route = (
        f"Staging and input layer saw one line of {report.sample}; all lines were then put into "
        "core.fct_ledger_lines by one statement, because the way through staging takes long."
        if report.sample
        else "The files went through landing, staging and input layer like any delivery."
    )
    return [
        f"# Benchmark, size {size['name']}",
        "",
        f"{size['lines']:,} ledger lines, {size['months']} months, {size['pools']} cost sub-pools, "
        f"{size['cost_centers']} cost centres, {size['towers']} towers, {size['services']} "
        f"services that serve each other, {size['applications']:,} applications, "
        f"{size['consumers']} consumers. Drivers and use change {change}. {route}",
        "",
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB; "
        f"{versions}. Seconds are medians of {len(report.engine)} runs that took turns.",
        "",
        _table(
            ["rows", "count"],
            [
                [name, f"{report.rows[name]:,}"]
                for name in (
                    "fct_ledger_lines",
                    "input_consumption__drivers",
                    "input_consumption__service_usage",
                    "alloc_cost_buckets",
                    "alloc_shares",
                    "alloc_paths",
                    "alloc_pool_flows",
                    "alloc_tower_flows",
                    "alloc_consumer_flows",
                )
                if name in report.rows
            ],
        ),
    ]


def _engine(report: Report) -> list[str]:
    scan = scan_seconds(report)
    wall = median([run["wall_seconds"] for run in report.engine])
    added = median([run["model_seconds"] for run in report.engine])
    process = median([run["process_seconds"] for run in report.engine])
    peak = max((run["peak_bytes"] for run in report.engine), default=0)
    same = waterfall_seconds(report)
    rows = [
        ["scanning ledger and drivers once", _seconds(scan), "1.0"],
        [
            "all models of the allocation, first start to last end",
            _seconds(wall),
            _ratio(wall, scan),
        ],
        ["the same, models added up (two run at once)", _seconds(added), _ratio(added, scan)],
        [
            "of these, the waterfall: from lines to consumers, shares given",
            _seconds(same),
            _ratio(same, scan),
        ],
    ]
    if report.floor:
        floor = report.floor["wall_seconds"]
        rows.append(["of that, dbt's own work: the models on 3,000 lines", _seconds(floor), ""])
        rest = max(wall - floor, 0.0)
        rows.append(["left for the money", _seconds(rest), _ratio(rest, scan)])
    rows.append(["dbt's start and end, apart", _seconds(process - wall), ""])
    return [
        "",
        "## The engine through dbt",
        "",
        _table(["what", "seconds", "ratio to the scan"], rows),
        "",
        f"Peak memory of the dbt process: {peak / 1e9:.1f} GB. "
        f"The scan aggregates fct_ledger_lines to the attributes that buckets have, and drivers "
        "and use by driver and period; same database, two threads, a fresh connection.",
    ]


def _models(report: Report) -> list[str]:
    names = {name for run in report.engine for name in run["models"]}
    times = {
        name: median([run["models"].get(name, 0.0) for run in report.engine]) for name in names
    }
    slowest = sorted(times, key=lambda name: -times[name])[:SHOWN_MODELS]
    rows = [
        [name, _seconds(times[name]), f"{report.rows[name]:,}" if name in report.rows else "view"]
        for name in slowest
    ]
    return ["", "Slowest models:", "", _table(["model", "seconds", "rows"], rows)]


def _traces(report: Report) -> list[str]:
    if not report.traces:
        return []
    rows = [
        [
            one["what"],
            f"{one['lines']:,}",
            f"{one['consumers']:,}",
            _seconds(one["first_seconds"]),
            _seconds(one["next_seconds"]),
        ]
        for one in report.traces
    ]
    return [
        "",
        "## Trace",
        "",
        "What `itfm trace` computes for the largest cell of the last month and for a line of "
        "it. The first time reads the database from disk, the next finds it in memory.",
        "",
        _table(["what", "lines", "consumers", "first, s", "next, s"], rows),
    ]


def _tools(report: Report) -> list[str]:
    if not report.tools:
        return []
    own = waterfall_seconds(report)
    peak = max((run["peak_bytes"] for run in report.engine), default=0)
    rows = [_tool("engine", report.waterfalls, own, own, peak)]
    for tool, runs in report.tools.items():
        total = median([run["total"] for run in runs])
        peak = max(run["peak_bytes"] for run in runs)
        rows.append(_tool(tool, [run["seconds"] for run in runs], total, own, peak))
    loading = max(
        (run["loading_seconds"] for runs in report.tools.values() for run in runs), default=0.0
    )
    return [
        "",
        "## The same waterfall in other tools",
        "",
        "From lines to buckets, pool flows, tower flows, through the network, to consumers, whole "
        "cents at every step. Rules are resolved apart: shares, and which rule takes what, are "
        "given. DuckDB and PostgreSQL run the same plain SQL, which walks the network by joins; "
        "polars and pandas solve it in numpy. The engine's models also keep every scenario, "
        "measure and rule set, and whose cost each cent was. Reading the files counts; filling "
        "PostgreSQL's tables " + (f"({loading:.0f} s) " if loading else "") + "does not.",
        "",
        _table(
            ["tool", *STEPS, "all, s", "times the engine", "peak GB"],
            rows,
        ),
    ]


def _tool(
    tool: str, runs: list[dict[str, float]], total: float, own: float, peak: int
) -> list[str]:
    return [
        NAMES[tool],
        *(_seconds(median([run.get(step, 0.0) for run in runs])) for step in STEPS),
        _seconds(total),
        _ratio(total, own),
        f"{peak / 1e9:.1f}" if peak else "",
    ]


def _agreement(report: Report) -> list[str]:
    if not report.agreement:
        return []
    rows = [
        [
            NAMES[tool],
            "yes" if found["ledger_minor"] == found["arrived_minor"] else "NO",
            _cents(found["tool_minor"] - found["engine_minor"]),
            _cents(found["largest_difference_minor"]),
            f"{found['beyond_rounding']} of {found['cells']:,}",
        ]
        for tool, found in report.agreement.items()
    ]
    return [
        "",
        "Do they agree with the engine? A consumer may differ by a cent for each flow to it.",
        "",
        _table(
            [
                "tool",
                "every cent arrives",
                "all consumers, difference",
                "largest of one consumer and month",
                "beyond rounding",
            ],
            rows,
        ),
    ]


def _growth(report: Report) -> list[str]:
    if not report.growth:
        return []
    rows = [
        [
            str(step["held"]),
            _seconds(step["wall_seconds"]),
            _seconds(step["model_seconds"]),
            _seconds(step["preparing_seconds"]),
        ]
        for step in report.growth
    ]
    kept = report.incremental_models
    how = (
        f"{kept} models of the allocation keep what earlier runs made and compute the new month "
        "alone; the others are small."
        if kept
        else "No model of the allocation keeps earlier months: each run makes all of them again."
    )
    return [
        "",
        "## One more month",
        "",
        how,
        "",
        _table(
            ["months held", "allocation, s", "models added up, s", "what it reads, s"],
            rows,
        ),
    ]


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def _seconds(value: float) -> str:
    return f"{value:.2f}"


def _ratio(value: float, base: float) -> str:
    return f"{value / base:.1f}" if base else ""


def _cents(value: Any) -> str:
    return f"{value / 100:,.2f}"
