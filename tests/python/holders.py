"""Another program that holds a database, as a BI tool or an analyst's session does."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SCRIPT = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
print(connection.execute(sys.argv[2]).fetchone())
"""


@contextlib.contextmanager
def held_by_a_writer(database: Path, query: str = "select 1") -> Iterator[subprocess.Popen[str]]:
    """Hold a database open for writing; when its input ends, the holder prints what it sees."""
    command = [sys.executable, "-c", SCRIPT, str(database), query]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "open"
        yield holder
        if not holder.stdin.closed:
            holder.communicate("")
