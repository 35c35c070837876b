"""A small company written row by row, built by the real pipeline, and asked for its results."""

from __future__ import annotations

import atexit
import contextlib
import csv
import gc
import io
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).resolve().parents[2]
DBT_FOLDER = Path(tempfile.mkdtemp(prefix="itfm-tests-"))
atexit.register(shutil.rmtree, DBT_FOLDER, ignore_errors=True)
ALLOCATION = "+path:models/allocation +path:tests/singular/allocation"


@dataclass
class EngineWorkspace:
    """Rows of input tables by name (domain/table or cost_model/table) and where they are built."""

    folder: Path
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    settings: str = "company: Engine Test\nreporting_currency: USD\n"

    def add(self, table: str, **values: Any) -> None:
        """Add one row to a table; columns that are left out stay empty."""
        self.tables[table].append(values)

    def line(self, amount: object, day: str = "2025-01-15", **values: Any) -> None:
        """Add a journal line; account and cost centre have defaults."""
        row = {"account_id": "6000", "cost_center_id": "CC1", **values}
        number = len(self.tables["ledger/journal_lines"]) + 1
        self.add(
            "ledger/journal_lines",
            line_id=row.pop("line_id", f"L{number}"),
            posting_date=day,
            amount=amount,
            description=row.pop("description", "a line"),
            **row,
        )

    def classify(
        self, rule_id: str, sequence: int, pool: str, sub_pool: str, **values: Any
    ) -> None:
        """Add a classification rule of the current set unless another is given."""
        self.add(
            "cost_model/classification_rules",
            **{
                "rule_id": rule_id,
                "rule_set": "current",
                "sequence": sequence,
                "cost_pool": pool,
                "cost_sub_pool": sub_pool,
                "owner": "Tester",
                **values,
            },
        )

    def rule(self, rule_id: str, layer: str, sequence: int, method: str, **values: Any) -> None:
        """Add an allocation rule of the current set unless another is given."""
        self.add(
            "cost_model/allocation_rules",
            **{
                "rule_id": rule_id,
                "rule_set": "current",
                "sender_layer": layer,
                "sequence": sequence,
                "method": method,
                "owner": "Tester",
                **values,
            },
        )

    def percentages(
        self, rule_id: str, layer: str, shares: dict[str, object], **values: Any
    ) -> None:
        """Add the percentages of a fixed_percent rule in one layer."""
        for to_id, percentage in shares.items():
            self.add(
                "cost_model/allocation_percentages",
                **{
                    "rule_id": rule_id,
                    "rule_set": "current",
                    "to_layer": layer,
                    "to_id": to_id,
                    "percentage": percentage,
                    **values,
                },
            )

    def target_set(self, name: str, layer: str, members: str, **values: Any) -> None:
        """Add one row of members to a target set."""
        self.add("cost_model/target_sets", target_set=name, to_layer=layer, to_id=members, **values)

    def services(self, *service_ids: str) -> None:
        """Add services to the catalogue."""
        for service_id in service_ids:
            self.add("cmdb/services", service_id=service_id, service_name=service_id)

    def consumers(self, *consumer_ids: str) -> None:
        """Add consumers."""
        for consumer_id in consumer_ids:
            self.add("consumption/consumers", consumer_id=consumer_id)

    def driver(
        self, driver_id: str, from_id: str, values: dict[str, object], day: str = "2025-01-01"
    ) -> None:
        """Deliver the values of a driver for one sender."""
        for to_id, quantity in values.items():
            self.add(
                "consumption/drivers",
                driver_id=driver_id,
                driver_date=day,
                from_id=from_id,
                to_id=to_id,
                quantity=quantity,
            )

    def write(self) -> None:
        """Write the tables as the files of a workspace."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "workspace.yml").write_text(self.settings, encoding="utf-8")
        for table, rows in self.tables.items():
            parent = "" if table.startswith("cost_model/") else "inputs/"
            path = self.folder / f"{parent}{table}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            columns = list(dict.fromkeys(column for row in rows for column in row))
            text = io.StringIO()
            writer = csv.DictWriter(text, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
            content = text.getvalue().encode("utf-8")
            if not path.is_file() or path.read_bytes() != content:  # else it would count as new
                path.write_bytes(content)

    def build(self, select: str = ALLOCATION) -> subprocess.CompletedProcess[str]:
        """Run dbt build, which loads the files, on the allocation and all that it reads."""
        self.write()
        return self.dbt("build", select)

    def dbt(self, command: str, select: str) -> subprocess.CompletedProcess[str]:
        """Run a dbt command such as build or test on a selection.

        A profile with another path makes dbt parse the whole project again, so that all workspaces
        of a test process go by one path.
        """
        stand_in = DBT_FOLDER / "workspace"
        stand_in.unlink(missing_ok=True)
        stand_in.symlink_to(self.folder, target_is_directory=True)
        arguments = [
            "--log-level-file=none",
            "--no-write-json",
            command,
            "--project-dir",
            str(PROJECT),
            "--profiles-dir",
            str(PROJECT),
            "--target-path",
            str(DBT_FOLDER / "target"),
            "--select",
            *select.split(),
            *(["--exclude-resource-type", "unit_test"] if command == "build" else []),
        ]
        text = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(text):
            patch.setenv("ITFM_WORKSPACE", str(stand_in))
            result = dbtRunner().invoke(arguments)
        DuckDBConnectionManager.close_all_connections()
        gc.collect()  # lets go of the database, which others open for reading only
        if result.exception:
            text.write(str(result.exception))
        return subprocess.CompletedProcess(arguments, int(not result.success), text.getvalue())

    @contextlib.contextmanager
    def put_aside(self) -> Iterator[None]:
        """Put the work database aside, so that the next build starts from nothing."""
        build, aside = self.folder / "build", self.folder / "aside"
        build.rename(aside)
        try:
            yield
        finally:
            shutil.rmtree(build)
            aside.rename(build)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the work database."""
        with duckdb.connect(
            self.folder / "build" / "warehouse.duckdb", read_only=True
        ) as connection:
            return connection.execute(sql, list(values)).fetchall()

    def number(self, sql: str, *values: object) -> Any:
        """Return the one value of a query."""
        return self.query(sql, *values)[0][0]
