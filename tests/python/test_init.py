"""An empty workspace can be written, is valid, and never overwrites anything."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from itfm.cli import main
from itfm.contract import load_contract, project_folder
from itfm.errors import WorkspaceError
from itfm.init import init_workspace
from itfm.landing import load, problems
from itfm.workspace import load_workspace


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_settings_are_valid_and_every_table_has_its_headers(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    init_workspace(folder, company='Acme: "IT" #1', currency="eur")
    workspace = load_workspace(folder)
    assert workspace.company == 'Acme: "IT" #1'
    assert workspace.reporting_currency == "EUR"
    for table in load_contract().tables:
        where = folder if table.domain == "cost_model" else folder / "inputs"
        path = where / table.domain / f"{table.name}.csv"
        header = path.read_text(encoding="utf-8").splitlines()[0]
        assert tuple(header.split(",")) == table.column_names


def test_files_with_headers_only_are_absent_tables(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    init_workspace(folder)
    connection = duckdb.connect()
    loaded = load(connection, load_workspace(folder))
    assert problems(connection) == []
    filled = {f"{file.domain}.{file.table}" for file in loaded if file.row_count}
    assert "ledger.journal_lines" not in filled
    assert {"cmdb.services", "consumption.consumers", "cost_model.rule_sets"} <= filled


def test_ledger_only_writes_the_ledger_and_what_the_starter_rules_name(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    init_workspace(folder, ledger_only=True)
    assert {path.name for path in (folder / "inputs").iterdir()} == {
        "ledger",
        "cmdb",
        "consumption",
    }
    assert [path.name for path in (folder / "inputs/cmdb").iterdir()] == ["services.csv"]


def test_the_starter_cost_model_names_only_what_exists(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    init_workspace(folder)
    taxonomy = project_folder() / "seeds/taxonomy"
    pools = {
        (row["cost_pool"], row["cost_sub_pool"]) for row in rows(taxonomy / "tbm_cost_pools.csv")
    }
    towers = {row["sub_tower"] for row in rows(taxonomy / "tbm_resource_towers.csv")}
    services = {row["service_id"] for row in rows(folder / "inputs/cmdb/services.csv")}
    for rule in rows(folder / "cost_model/classification_rules.csv"):
        assert (rule["cost_pool"], rule["cost_sub_pool"]) in pools
        assert rule["justification"]
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for share in rows(folder / "cost_model/allocation_percentages.csv"):
        assert share["to_id"] in (towers if share["to_layer"] == "resource_tower" else services)
        totals[share["rule_id"]] += Decimal(share["percentage"])
    assert set(totals.values()) == {Decimal(100)}
    for rule in rows(folder / "cost_model/allocation_rules.csv"):
        assert all(tower in towers for tower in rule["from_id"].split("|") if tower)
        assert (rule["method"] == "fixed_percent") == (rule["rule_id"] in totals)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="not empty"):
        init_workspace(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(("code", "reason"), [("XYZ1", "ISO 4217"), ("KWD", "2 decimals")])
def test_a_currency_that_cannot_be_used_is_refused(tmp_path: Path, code: str, reason: str) -> None:
    with pytest.raises(WorkspaceError, match=reason):
        init_workspace(tmp_path / "acme", currency=code)
    assert not (tmp_path / "acme").exists()


def test_the_command_says_what_comes_next(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["init", str(tmp_path / "acme")])
    assert result.exit_code == 0
    assert "itfm check" in result.output
    again = CliRunner().invoke(main, ["init", str(tmp_path / "acme")])
    assert again.exit_code == 1
    assert "error:" in again.output
    assert "Traceback" not in again.output
