"""A dbt-duckdb plugin: whenever dbt opens the work database, the landed files are up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.events.logging import AdapterLogger
from dbt_common.exceptions import DbtRuntimeError
from duckdb import DuckDBPyConnection

from itfm.errors import UserError
from itfm.workspace import load_workspace


class Plugin(BasePlugin):
    """Lands the files of the workspace named by ITFM_WORKSPACE before dbt reads them.

    With `config: {load: false}` in the profile the database is taken as it is.
    """

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Make the folder of the database, which DuckDB itself would not make."""
        self._is_loading = plugin_config.get("load", True)
        if not self._is_loading:
            return
        try:
            self._workspace = load_workspace()
        except UserError as error:
            raise DbtRuntimeError(str(error)) from error
        self._told: set[str] = set()
        if self.creds is not None:
            Path(self.creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Bring the landing schema up to date; it costs next to nothing when no file changed."""
        if not self._is_loading:
            return
        from itfm.contents import DUPLICATE
        from itfm.landing import load, problems

        try:
            load(conn, self._workspace)
            found = {p.message for p in problems(conn) if p.kind == DUPLICATE}
        except UserError as error:
            raise DbtRuntimeError(str(error)) from error
        for message in sorted(found - self._told):
            AdapterLogger("itfm").warning(message)
        self._told |= found
