"""The input contract, read from the YAML of the input layer: nothing about it is written twice."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from itfm.errors import ContractError

TECHNICAL_COLUMNS = ("file_name", "line_number", "date_formats", "decimal_separator")
NOT_DELIVERED = ("file_name", "line_number")
DOMAIN_ORDER = (
    "ledger",
    "planning",
    "cloud",
    "cmdb",
    "contracts",
    "assets",
    "workforce",
    "portfolio",
    "consumption",
    "risk",
    "performance",
    "cost_model",
)
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Column:
    """One column of a delivered table."""

    name: str
    data_type: str
    description: str
    unit: str
    required: bool
    allowed_values: tuple[str, ...] = ()
    references: str | None = None
    minimum: float | None = None
    above: float | None = None


@dataclass(frozen=True)
class Table:
    """One table of a domain: what one row is, its columns, its key and what it feeds."""

    domain: str
    name: str
    description: str
    grain: str
    feeds: str
    key: tuple[str, ...]
    amount_column: str | None
    columns: tuple[Column, ...]

    @property
    def full_name(self) -> str:
        """Return the name used in settings and messages: domain.table."""
        return f"{self.domain}.{self.name}"

    @property
    def relation(self) -> str:
        """Return the name of the landing relation: domain__table."""
        return f"{self.domain}__{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Return the names of the columns in the order of the contract."""
        return tuple(column.name for column in self.columns)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Return the columns without which no row can be used."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """Return the column of this name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Contract:
    """All tables that a company can deliver."""

    tables: tuple[Table, ...]

    @property
    def domains(self) -> tuple[str, ...]:
        """Return the domains in their reading order."""
        return tuple(dict.fromkeys(table.domain for table in self.tables))

    @property
    def table_names(self) -> tuple[str, ...]:
        """Return domain.table of every table."""
        return tuple(table.full_name for table in self.tables)

    def domain_tables(self, domain: str) -> tuple[Table, ...]:
        """Return the tables of one domain."""
        return tuple(table for table in self.tables if table.domain == domain)

    def table(self, full_name: str) -> Table:
        """Return the table named domain.table."""
        for table in self.tables:
            if table.full_name == full_name:
                return table
        raise ContractError(f"The contract has no table {full_name}.")

    def suggest(self, full_name: str) -> str:
        """Return a clause that names the closest known table, or nothing when none is close."""
        return did_you_mean(full_name, self.table_names)


def did_you_mean(name: str, known: tuple[str, ...] | list[str], cutoff: float = 0.6) -> str:
    """Return ' Did you mean x?' for the closest known name, or an empty text."""
    spelled = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), list(spelled), n=1, cutoff=cutoff)
    return f" Did you mean {spelled[close[0]]}?" if close else ""


def project_folder() -> Path:
    """Return the folder of the dbt project: where dbt_project.yml of this project stands."""
    candidates = [Path(__file__).resolve().parents[2], Path.cwd(), *Path.cwd().parents]
    if named := os.environ.get("ITFM_PROJECT"):
        candidates.insert(0, Path(named).resolve())
    for folder in candidates:
        if (folder / "dbt_project.yml").is_file() and (folder / "models/input_layer").is_dir():
            return folder
    raise ContractError(
        "The dbt project was not found. Run the command inside the checkout, "
        "or set ITFM_PROJECT to its folder."
    )


def load_contract(folder: Path | None = None) -> Contract:
    """Read the contract from `folder` (default: the input layer of the project)."""
    return _load_contract(folder or project_folder() / "models" / "input_layer")


@cache
def _load_contract(folder: Path) -> Contract:
    tables = []
    for path in sorted(folder.glob("**/*.yml")):
        with path.open(encoding="utf-8") as stream:
            document = yaml.load(stream, Loader=YAML_LOADER) or {}
        for model in document.get("models") or []:
            meta = (model.get("config") or {}).get("meta") or {}
            if "domain" in meta and "table" in meta:
                tables.append(_table(model, meta))
    if not tables:
        raise ContractError(f"No contract table was found in {folder}.")
    known = {domain: position for position, domain in enumerate(DOMAIN_ORDER)}
    tables.sort(key=lambda table: (known.get(table.domain, len(known)), table.domain))
    return Contract(tuple(tables))


def _table(model: dict[str, Any], meta: dict[str, Any]) -> Table:
    columns = []
    for column in model.get("columns") or []:
        details = (column.get("config") or {}).get("meta") or {}
        if column["name"] in NOT_DELIVERED or details.get("derived"):
            continue
        columns.append(
            Column(
                name=column["name"],
                data_type=str(column.get("data_type", "varchar")),
                description=_one_line(column.get("description", "")),
                unit=str(details.get("unit", "")),
                required=bool(details.get("required", False)),
                allowed_values=tuple(str(v) for v in details.get("allowed_values") or ()),
                references=details.get("references"),
                minimum=details.get("minimum"),
                above=details.get("above"),
            )
        )
    return Table(
        domain=meta["domain"],
        name=meta["table"],
        description=_one_line(model.get("description", "")),
        grain=_one_line(meta.get("grain", "")),
        feeds=_one_line(meta.get("feeds", "")),
        key=tuple(meta.get("key") or ()),
        amount_column=meta.get("amount_column"),
        columns=tuple(columns),
    )


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


def contract_markdown(contract: Contract | None = None) -> str:
    """Return the whole contract as one readable Markdown page."""
    contract = contract or load_contract()
    lines = [
        "# The input contract",
        "",
        "Generated from `models/input_layer/` by `itfm contract`; do not edit.",
        "",
        "A company delivers files as `inputs/<domain>/<table>.csv` (also `.csv.gz`, `.tsv`, `.txt`,"
        " `.parquet`), or a folder of such files named after the table. Rules of the cost model"
        " stand in `cost_model/<table>.csv`. Only `ledger.journal_lines` must be there.",
        "Headers may be written `line_id`, `LineId`, `Line ID` or `line-id`. Further columns are"
        " kept beside the row. Dates are ISO (2025-01-31) or in a format that `workspace.yml`"
        " declares. A required column must hold a value in every row; a row that breaks the"
        " contract is rejected with its reason and shown in `reconciliation.rec_rejected_rows`.",
        "",
    ]
    for domain in contract.domains:
        names = ", ".join(
            f"[{t.name}](#{t.full_name.replace('.', '')})" for t in contract.domain_tables(domain)
        )
        lines.append(f"- **{domain}**: {names}")
    for domain in contract.domains:
        lines += ["", f"## {domain}"]
        for table in contract.domain_tables(domain):
            lines += _table_section(table)
    return "\n".join(lines) + "\n"


def _table_section(table: Table) -> list[str]:
    key = ", ".join(f"`{column}`" for column in table.key) or "none"
    lines = [
        "",
        f"### {table.full_name}",
        "",
        table.description,
        "",
        f"- One row: {table.grain}",
        f"- Key: {key}",
        f"- Feeds: {table.feeds}",
        "",
        "| column | type | unit or sign | required | allowed | description |",
        "|---|---|---|---|---|---|",
    ]
    for column in table.columns:
        cells = (
            f"`{column.name}`",
            column.data_type,
            column.unit,
            "yes" if column.required else "",
            _allowed(column),
            column.description,
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines


def _allowed(column: Column) -> str:
    parts = []
    if column.allowed_values:
        parts.append(", ".join(column.allowed_values))
    if column.references:
        parts.append(f"a value of {column.references}")
    if column.minimum is not None:
        parts.append(f"at least {column.minimum}")
    if column.above is not None:
        parts.append(f"above {column.above}")
    return "; ".join(parts)
