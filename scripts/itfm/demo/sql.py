"""Shared SQL of the generator: repeatable pseudo-random numbers and tables from the lists."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

LISTS = Path(__file__).resolve().parent / "lists"

# mix: 64 well-mixed bits of a key under the seed. draw: one of three independent numbers in [0, 1)
# taken from those bits. bell: a bell curve with mean 0 and deviation 1 from the three of them.
# working_day: a Saturday becomes Friday and a Sunday Monday, within the month.
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
create or replace macro working_day(day) as
    (day + case
        when isodow(day) = 6 then if(dayofmonth(day) = 1, 2, -1)
        when isodow(day) = 7 then if(day = last_day(day), -2, 1)
        else 0
    end)::date;
"""


def connect(seed: int, months: int, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database with the seed, the macros and the months of the demo."""
    con = duckdb.connect()
    if threads:
        con.execute(f"set threads = {int(threads)}")
    con.execute("set preserve_insertion_order = true")
    con.execute("set enable_progress_bar = false")
    con.execute(f"set variable seed = {int(seed)}")
    con.execute(f"set variable months = {int(months)}")
    con.execute(MACROS)
    return con


def table_from_list(
    con: duckdb.DuckDBPyConnection,
    table: str,
    name: str,
    types: dict[str, str] | None = None,
) -> None:
    """Make a table of lists/<name>.csv with its lines numbered in row_order.

    Columns are text, and empty ones null, unless `types` says otherwise. The file is read row by
    row, so that its order is the order of the table whatever the number of threads.
    """
    with (LISTS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    columns = ", ".join(f"{column} {(types or {}).get(column, 'varchar')}" for column in header)
    con.execute(f"create or replace table {table} (row_order integer, {columns})")
    con.executemany(
        f"insert into {table} values ({', '.join('?' * (len(header) + 1))})",
        [[number, *(field or None for field in row)] for number, row in enumerate(rows, start=1)],
    )


def quoted(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
