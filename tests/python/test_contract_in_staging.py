"""The staging models cast what the contract says: columns, types, required, codes, bounds, keys."""

from __future__ import annotations

import re

import pytest
import yaml

from itfm.contract import load_contract, project_folder

ROOT = project_folder()
CONTRACT = load_contract()
CASTS = {
    "varchar": ("as_text", "as_code"),
    "date": ("as_date", "open_start", "open_end"),
    "timestamp": ("as_timestamp",),
    "decimal(38,12)": ("as_number",),
    "integer": ("as_integer",),
    "boolean": ("as_boolean",),
}
LISTS = {
    "date": "dates",
    "timestamp": "timestamps",
    "decimal(38,12)": "numbers",
    "integer": "integers",
    "boolean": "booleans",
}


def _yaml_columns(domain: str, table: str) -> tuple[dict, list[dict]]:
    name = f"input_{domain}__{table}"
    text = (ROOT / "models" / "input_layer" / domain / f"{name}.yml").read_text()
    model = yaml.safe_load(text)["models"][0]
    columns = [
        column
        for column in model["columns"]
        if column["name"] not in ("file_name", "line_number")
        and not column.get("config", {}).get("meta", {}).get("derived")
    ]
    return model, columns


def _staging_sql(domain: str, table: str) -> str:
    system = "focus" if domain == "cloud" else "files"
    folder = ROOT / "models" / "staging" / system
    judged = folder / f"stg_{system}__judged_{table}.sql"  # kept by file: judged row by row first
    own = (folder / f"stg_{system}__{table}.sql").read_text()
    return (judged.read_text() if judged.is_file() else "") + own


def _names(sql: str, argument: str) -> list[str]:
    found = re.search(rf"\b{argument}=\[(.*?)\]", sql, re.S)
    return re.findall(r"'([^']+)'", found.group(1)) if found else []


TABLES = [(table.domain, table.name) for table in CONTRACT.tables]


@pytest.mark.parametrize(("domain", "table"), TABLES)
def test_staging_casts_what_the_contract_says(domain: str, table: str) -> None:
    model, columns = _yaml_columns(domain, table)
    sql = _staging_sql(domain, table)
    fault = sql[sql.index("row_fault(") :]
    for column in columns:
        name, meta = column["name"], column["config"]["meta"]
        cast = re.search(rf"\{{\{{ (\w+)\('{name}'.*?\) \}}\}}[^\n]*? as {name},\n", sql, re.S)
        assert cast, f"{table}.{name} is not cast in staging"
        assert cast.group(1) in CASTS[column["data_type"]], f"{table}.{name}: {cast.group(1)}"
        assert (name in _names(fault, "required")) == meta["required"], f"{table}.{name}: required"
        if column["data_type"] in LISTS:
            assert name in _names(fault, LISTS[column["data_type"]]), f"{table}.{name}: not checked"
        codes = _names_of_codes(fault, name)
        assert codes == meta.get("allowed_values", []), f"{table}.{name}: codes"
        assert (name in _names(fault, "not_negative")) == ("minimum" in meta), f"{table}.{name}"
        assert (name in _names(fault, "positive")) == ("above" in meta), f"{table}.{name}"
        if "references" in meta:
            assert f"reject_orphan('{name}'" in sql, f"{table}.{name}: orphans are not rejected"
    key = model["config"]["meta"]["key"]
    repeated = re.search(r"repeated_key\(\s*\[(.*?)\]|'repeated_key:(\w+)'", sql, re.S)
    assert (re.findall(r"\w+", repeated.group(1) or repeated.group(2)) if repeated else []) == key


def _names_of_codes(fault: str, column: str) -> list[str]:
    found = re.search(rf"'{column}': \[(.*?)\]", fault, re.S)
    return re.findall(r"'([^']+)'", found.group(1)) if found else []


def test_models_that_go_over_all_tables_know_every_table() -> None:
    text = (ROOT / "macros" / "schema" / "contract_tables.sql").read_text()
    rows = re.findall(r"\('(\w+)', '(\w+)', '(\w+)', '([\w.]+)', '([\w.]+)'\)", text)
    assert sorted((domain, table) for domain, table, *_ in rows) == sorted(TABLES)
    for domain, table, system, amount, currency in rows:
        model, columns = _yaml_columns(domain, table)
        names = {column["name"] for column in columns}
        expected = model["config"]["meta"].get("amount_column")
        assert amount == (f"staged.{expected}" if expected else "null")
        assert currency == "null" or currency.removeprefix("staged.") in names
        assert system == ("focus" if domain == "cloud" else "files")
