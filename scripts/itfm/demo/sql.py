"""Shared SQL of the generator: repeatable pseudo-random numbers and small tables from text."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

# mix: 64 well-mixed bits of a key under the seed. draw: one of three independent numbers in [0, 1)
# taken from those bits. bell: a bell curve with mean 0 and deviation 1 from the three of them.
# Everything random in the demo company is one of these, so it depends on seed and key alone.
MACROS = """
create or replace macro mix(key) as
    md5_number_lower(concat(getvariable('seed'), ':', key));
create or replace macro draw(bits, place) as
    ((bits >> (20 * place)) & 1048575) / 1048576.0;
create or replace macro pick(bits, place, choices) as
    (((bits >> (20 * place)) & 1048575) % choices)::integer;
create or replace macro bell(bits) as
    (draw(bits, 0) + draw(bits, 1) + draw(bits, 2) - 1.5) * 2;
create or replace macro spread(bits, sigma) as
    exp(sigma * bell(bits) - sigma * sigma / 2);
"""


def connect(seed: int, months: int, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database with the seed, the macros and the months of the demo."""
    con = duckdb.connect()
    if threads:
        con.execute(f"set threads = {int(threads)}")
    con.execute("set preserve_insertion_order = true")
    con.execute(f"set variable seed = {int(seed)}")
    con.execute(f"set variable months = {int(months)}")
    con.execute(MACROS)
    return con


def table_from_text(
    con: duckdb.DuckDBPyConnection, name: str, columns: Iterable[str], text: str
) -> None:
    """Make a table of a block of text: one row a line, fields cut at bars, empty means null.

    A column is written as `name` (text) or `name type`.
    """
    specs = [column.split(" ", 1) for column in columns]
    rows = []
    for line in text.strip().splitlines():
        fields = [field.strip() or None for field in line.split("|")]
        if len(fields) != len(specs):
            raise ValueError(f"{name}: {len(fields)} fields instead of {len(specs)}: {line}")
        rows.append(fields)
    types = ", ".join(f"{spec[0]} {spec[1] if len(spec) > 1 else 'varchar'}" for spec in specs)
    con.execute(f"create or replace table {name} (row_order integer, {types})")
    marks = ", ".join("?" * (len(specs) + 1))
    con.executemany(
        f"insert into {name} values ({marks})",
        [[number, *row] for number, row in enumerate(rows, start=1)],
    )
