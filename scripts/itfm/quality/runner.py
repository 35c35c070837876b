"""Runs checks with Great Expectations on a database that nobody writes to meanwhile."""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from itfm.quality.checks import ROWS_QUERY, Check, Outcome

SHOWN_EXAMPLES = 5

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


def run(
    checks: Iterable[Check], database: Path, tell: Callable[[str], None] = lambda _: None
) -> Iterator[Outcome]:
    """Yield the outcome of every check, table by table, in a fixed order."""
    _be_quiet()
    import great_expectations as gx

    from itfm.quality.dialect import connection_string

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    source = context.data_sources.add_sql(
        name="warehouse",
        connection_string=connection_string(database),
        create_temp_table=False,
        kwargs={"connect_args": {"read_only": True}},
    )
    try:
        ordered = sorted(checks, key=lambda check: check.table)
        for number, (table, group) in enumerate(groupby(ordered, key=lambda one: one.table)):
            tell(table)
            yield from _run_table(source, f"table {number}", table, list(group))
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _run_table(source: Any, name: str, table: str, checks: list[Check]) -> Iterator[Outcome]:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    schema, table_name = table.split(".")
    try:
        asset = source.add_table_asset(name=name, table_name=table_name, schema_name=schema)
        batch = asset.add_batch_definition_whole_table(name).get_batch()
    except Exception as error:
        for check in checks:
            yield Outcome(check, False, error=_one_line(error))
        return
    by_position = {}
    # rows that must not be there are shown only in the complete format, which for values of a
    # column would fetch all of them
    for result_format in ("COMPLETE", "SUMMARY"):
        suite = gx.ExpectationSuite(name=f"{name} {result_format}")
        for position, check in enumerate(checks):
            if (check.expectation == ROWS_QUERY) == (result_format == "COMPLETE"):
                expectation = getattr(gxe, check.expectation)
                suite.add_expectation(expectation(**check.arguments, meta={"position": position}))
        if suite.expectations:
            for result in batch.validate(suite, result_format=result_format).results:
                by_position[result.expectation_config.meta["position"]] = result
    for position, check in enumerate(checks):
        yield _outcome(check, by_position[position])


def _outcome(check: Check, result: Any) -> Outcome:
    found = result.result or {}
    error = _exception(result.exception_info)
    count = found.get("unexpected_count")
    observed = found.get("observed_value")
    examples = found.get("partial_unexpected_list") or []
    if check.expectation == ROWS_QUERY and error is None:
        count = int(observed or 0)
        examples = (found.get("details") or {}).get("unexpected_rows") or []
        observed = f"{count:,} rows"
    elif observed is None and count is not None:
        observed = f"{count:,} of {found.get('element_count', 0):,} values"
    return Outcome(
        check,
        bool(result.success),
        "" if observed is None else str(observed),
        None if count is None else int(count),
        tuple(_example(example) for example in examples[:SHOWN_EXAMPLES]),
        error,
    )


def _example(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    return "null" if value is None else str(value)


def _exception(info: Any) -> str | None:
    """Return the message of the exception, which hides at one of two depths."""
    if not isinstance(info, dict):
        return None
    if "raised_exception" in info:
        return _one_line(info.get("exception_message")) if info["raised_exception"] else None
    for nested in info.values():
        if message := _exception(nested):
            return message
    return None


def _one_line(text: object) -> str:
    return " ".join(str(text or "unknown error").split())


def _be_quiet() -> None:
    warnings.filterwarnings("ignore")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)


def as_json(examples: tuple[str, ...]) -> str:
    """Return examples as JSON text."""
    return json.dumps(list(examples), ensure_ascii=False)
