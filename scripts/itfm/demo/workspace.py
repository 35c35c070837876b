"""Write the demo company's workspace: the settings, a guide, and the input files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from itfm.demo import (
    catalogue,
    cloud,
    consumption,
    contracts,
    ledger,
    organisation,
    planning,
    portfolio,
    quantities,
    workforce,
)
from itfm.demo.sql import connect, quoted
from itfm.errors import UserError

GUIDE = Path(__file__).resolve().parent / "guide.md"
COST_MODEL = Path(__file__).resolve().parents[3] / "seeds" / "cost_model"

COMPANY = "Fernhollow Group (demo)"

# file below inputs | statement that fills it
SMALL_TABLES = {
    "ledger/accounts.csv": "select * exclude (row_order) from accounts order by account_id",
    "ledger/cost_centers.csv": "from cost_centers",
    "ledger/vendors.csv": "from vendors",
    "ledger/exchange_rates.csv": "from exchange_rates",
    "planning/budget_lines.csv": "from budget_lines",
    "planning/forecast_lines.csv": "from forecast_lines",
    "cloud/contract_commitments.csv": "from cloud_commitments",
    "cloud/invoices.csv": "from cloud_invoices",
    "cloud/billing_periods.csv": "from cloud_billing_periods",
    "cmdb/services.csv": "from services",
    "cmdb/applications.csv": """
        select * exclude (home_service_id, number, place) from application_details
        order by application_id
    """,
    "cmdb/configuration_items.csv": """
        select * exclude (number, asset_class, unit_cost, bits) from item_details order by ci_id
    """,
    "cmdb/relationships.csv": """
        select from_id, to_id, relationship_type, valid_from, valid_to from relationships
        order by from_id, relationship_type, to_id
    """,
    "contracts/contracts.csv": "from contracts",
    "contracts/contract_lines.csv": "from contract_lines",
    "assets/fixed_assets.csv": "from fixed_assets",
    "workforce/employees.csv": """
        select * exclude (yearly_pay, legal_entity_id, currency_code) from employee_details
        order by employee_id
    """,
    "workforce/labor_rates.csv": "from labor_rates",
    "workforce/timesheets.csv": "from timesheets",
    "portfolio/projects.csv": "select * exclude (duration) from projects order by project_id",
    "portfolio/cash_flows.csv": "from cash_flows",
    "consumption/consumers.csv": "select * exclude (row_order) from consumers order by consumer_id",
    "consumption/service_usage.csv": "from service_usage order by usage_id",
    "consumption/drivers.csv": "from drivers order by driver_id, driver_date, from_id, to_id",
    "consumption/quantities.csv": "from quantities order by quantity_id",
    "risk/risks.csv": "from risks",
    "performance/service_levels.csv": "from service_levels",
    "performance/incidents.csv.gz": "from incidents order by incident_id",
}

SETTINGS = """\
company: {company}
reporting_currency: USD
cost_model: {cost_model}
calendar:
  type: calendar_month
  fiscal_year_start_month: 1
formats:
  dates: [YYYY-MM-DD]
  decimal_separator: "."
  domains:
    ledger.journal_lines:
      dates: [YYYY-MM-DD, DD/MM/YYYY]   # the UK company's ledger writes the day first
rejects:
  ledger_loss_limit: 0.001
  stop_on: []
mappings: {{}}
"""


def say_nothing(message: str) -> None:
    """Take a progress message and drop it."""


def generate(
    workspace: Path,
    *,
    seed: int = 7,
    ledger_lines: int = 250_000,
    cloud_rows: int = 60_000,
    months: int = 36,
    file_format: str = "csv",
    progress: Callable[[str], None] | None = None,
    threads: int | None = None,
) -> None:
    """Write the demo company into a workspace folder, replacing the inputs that stand there.

    `ledger_lines` and `cloud_rows` are met within about one percent, but never go below one line
    for each purchase and month, and one row for each cloud resource and month. `months` is how many
    months of actuals end in December 2025. `file_format` csv writes text (one cloud provider
    delivers Parquet anyway); parquet writes journal and cloud bills as Parquet in one folder for
    each month, which is what large sizes want. `progress` is called with one line at each step.
    """
    if not 2 <= months <= 36:
        raise ValueError("months must lie between 2 and 36")
    if file_format not in ("csv", "parquet"):
        raise ValueError("file_format must be csv or parquet")
    tell = progress or say_nothing
    workspace = Path(workspace)
    inputs = workspace / "inputs"
    refuse_to_replace_a_company(workspace, inputs)
    workspace.mkdir(parents=True, exist_ok=True)
    write_settings(workspace)
    if inputs.exists():
        shutil.rmtree(inputs)
    inputs.mkdir()

    con = connect(seed, months, threads)
    try:
        tell("organisation, catalogue, projects and staff")
        organisation.create(con)
        catalogue.create(con)
        portfolio.create(con)
        workforce.create(con)
        ledger.create_lists(con)
        contracts.create(con)
        cloud.create(con)
        cloud.write_bills(con, inputs / "cloud" / "cost_and_usage", cloud_rows, file_format, tell)
        cloud.create_statements(con)
        ledger.create_streams(con, ledger_lines)
        ledger.write_journal(con, inputs / "ledger" / "journal_lines", file_format, tell)
        tell("consumption, budgets and forecast")
        consumption.create(con)
        quantities.create(con)
        planning.create(con)
        write_small_tables(con, inputs)
        write_guide(con, workspace)
    finally:
        con.close()


def write_small_tables(con: duckdb.DuckDBPyConnection, inputs: Path) -> None:
    """Write every table that does not grow with the size asked for."""
    for name, statement in SMALL_TABLES.items():
        target = inputs / name
        target.parent.mkdir(parents=True, exist_ok=True)
        compression = ", compression gzip" if name.endswith(".gz") else ""
        query = statement.strip()
        if query.startswith("from"):
            query = f"select * {query}"
        con.execute(f"copy ({query}) to {quoted(target)} (format csv, header{compression})")


def refuse_to_replace_a_company(workspace: Path, inputs: Path) -> None:
    """Raise a UserError when the folder holds inputs or settings that are not the demo's own."""
    settings = workspace / "workspace.yml"
    is_demo = settings.is_file() and settings.read_text(encoding="utf-8").startswith(
        f"company: {COMPANY}\n"
    )
    holds_files = inputs.exists() and any(path.is_file() for path in inputs.rglob("*"))
    if not is_demo and (holds_files or settings.exists()):
        raise UserError(
            f"{workspace} holds the files of another company, which the demo would replace. "
            "Name an empty folder."
        )


def write_settings(workspace: Path) -> None:
    """Write workspace.yml with the way from the workspace to the rules of this checkout."""
    try:
        cost_model = Path(os.path.relpath(COST_MODEL, workspace.resolve())).as_posix()
    except ValueError:  # another drive
        cost_model = COST_MODEL.as_posix()
    (workspace / "workspace.yml").write_text(
        SETTINGS.format(company=COMPANY, cost_model=cost_model), encoding="utf-8"
    )


def write_guide(con: duckdb.DuckDBPyConnection, workspace: Path) -> None:
    """Write the guide to what is awkward."""
    early = con.execute("""
        select month_name from months
        order by idx = 26 desc, idx = 34 desc limit 1
    """).fetchone()[0]
    (workspace / "README.md").write_text(
        GUIDE.read_text(encoding="utf-8").format(
            early=f"{early} of Stratus Web Services", unknown_tags=ledger.UNKNOWN_TAGS
        ),
        encoding="utf-8",
    )
