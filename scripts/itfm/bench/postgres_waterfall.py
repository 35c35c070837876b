"""The waterfall in PostgreSQL: a server of its own in a temporary folder, gone when it is done."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from psycopg import sql

from itfm.bench.inputs import TABLES
from itfm.bench.sql_waterfall import ARRIVED, run_sql
from itfm.bench.steps import Waterfall
from itfm.errors import UserError

DEBIAN_PROGRAMS = "/usr/lib/postgresql"
TYPES = {
    "DATE": "date",
    "VARCHAR": "text",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "DECIMAL(18,2)": "numeric(18, 2)",
}
# Memory as a person would set it on a machine for this work; nothing has to survive a crash.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "16GB",
    "shared_buffers": "4GB",
    "work_mem": "1GB",
    "hash_mem_multiplier": "2",
    "maintenance_work_mem": "1GB",
    "effective_cache_size": "12GB",
    "max_parallel_workers_per_gather": "2",
    "jit": "off",
    "listen_addresses": "",
}


def programs() -> Path:
    """Return the folder of PostgreSQL's programs, the newest version that is installed."""
    found = sorted(Path(DEBIAN_PROGRAMS).glob("*/bin/initdb"), key=lambda path: path.parts[-3])
    named = shutil.which("initdb")
    if found:
        return found[-1].parent
    if named:
        return Path(named).resolve().parent
    raise UserError(
        "PostgreSQL is not installed. On Debian: apt-get install postgresql. "
        "Or leave it out: itfm bench --tools polars,pandas"
    )


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Start a server that only this machine's user reaches; yield how to connect to it."""
    found = programs()
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="itfm-postgres-"))
    try:
        if owner:
            account = pwd.getpwnam(owner)
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = folder / "data"
        _call(
            [
                found / "initdb",
                "-D",
                data,
                "-A",
                "trust",
                "-U",
                "bench",
                "-E",
                "UTF8",
                "--no-locale",
            ],
            owner,
        )
        options = [part for k, v in SETTINGS.items() for part in ("-c", f"{k}={v}")]
        process = subprocess.Popen(
            [str(found / "postgres"), "-D", str(data), "-k", str(folder), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            **_as(owner),
        )
        try:
            address = f"host={folder} user=bench dbname=postgres"
            _wait_for(address, process)
            yield address
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def loaded(folder: Path) -> Iterator[Callable[[], Waterfall]]:
    """Load the Parquet files of the folder into a server; yield what runs the waterfall there.

    Loading is measured apart. What a run makes is dropped when the next one begins.
    """
    with server() as address, psycopg.connect(address, autocommit=True) as connection:
        started = time.perf_counter()
        for name in (*TABLES, "lines"):
            _load(connection, folder / f"{name}.parquet", name)
        loading_seconds = time.perf_counter() - started

        def run() -> Waterfall:
            done = Waterfall(loading_seconds=loading_seconds)
            connection.execute("drop schema if exists run cascade")
            connection.execute("create schema run")
            connection.execute("set search_path = run, public")

            def create(name: str, query: str) -> int:
                # The module builds every name and query itself; nothing comes from outside.
                made = connection.execute(f"create unlogged table run.{name} as {query}".encode())
                connection.execute(f"analyze run.{name}".encode())
                return made.rowcount

            run_sql(create, done)
            done.arrived = connection.execute(ARRIVED.encode()).fetchall()
            return done

        yield run


def _load(connection: psycopg.Connection, path: Path, name: str) -> None:
    """Copy a Parquet file into a table, by way of a CSV file."""
    with duckdb.connect() as reader, tempfile.TemporaryDirectory() as place:
        columns = reader.execute(f"describe from '{path}'").fetchall()
        table = sql.Identifier(name)
        connection.execute(
            sql.SQL("create unlogged table public.{} ({})").format(
                table,
                sql.SQL(", ").join(
                    sql.SQL("{} {}").format(sql.Identifier(c[0]), sql.SQL(TYPES[c[1]]))
                    for c in columns
                ),
            )
        )
        rows = Path(place) / "rows.csv"
        reader.execute(f"copy (from '{path}') to '{rows}' (format csv, header false)")
        with (
            rows.open("rb") as file,
            connection.cursor().copy(
                sql.SQL("copy public.{} from stdin (format csv)").format(table)
            ) as copy,
        ):
            while block := file.read(1 << 20):
                copy.write(block)
        connection.execute(sql.SQL("vacuum analyze public.{}").format(table))


def _owner() -> str | None:
    """Return whom the server runs as: PostgreSQL refuses to be the administrator."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise UserError("PostgreSQL does not run as root, and there is no user postgres or nobody.")


def _as(owner: str | None) -> dict[str, Any]:
    if owner is None:
        return {}
    return {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}


def _call(command: list[object], owner: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        **_as(owner),
    )
    if done.returncode != 0:
        raise UserError(f"PostgreSQL did not start: {done.stderr.strip()}")


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise UserError(f"PostgreSQL ended at once with exit code {process.returncode}.")
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise UserError("PostgreSQL did not answer within a minute.")
