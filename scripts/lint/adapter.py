"""Stands in for dbt's adapter while sqlfluff renders a model, so that linting needs no database.

sqlfluff finds this module by its name through `library_path` in `.sqlfluff`. A dispatched macro
renders as a placeholder of the right kind: what it writes is not the style of the model at hand.
"""

from __future__ import annotations

from collections.abc import Callable

# Macros that stand where a query stands; every other one stands for an expression.
PLACEHOLDERS = {"numbers_to": "select 1 as number"}


def dispatch(macro_name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    """Return a macro that renders the placeholder of `macro_name`, whatever its arguments."""

    def placeholder(*_positions: object, **_names: object) -> str:
        return PLACEHOLDERS.get(macro_name, "null")

    return placeholder
