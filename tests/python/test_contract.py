"""The contract is read from the YAML of the input layer."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from itfm.cli import main
from itfm.contract import contract_markdown, load_contract
from itfm.errors import ContractError


def test_every_domain_is_there_and_ledger_comes_first() -> None:
    domains = load_contract().domains
    assert domains[0] == "ledger"
    assert len(domains) == 12
    assert "cost_model" in domains


def test_columns_that_no_file_delivers_are_left_out() -> None:
    for table in load_contract().tables:
        assert table.columns, table.full_name
        assert not {"file_name", "line_number"} & set(table.column_names)


def test_a_table_knows_key_requirements_and_references() -> None:
    lines = load_contract().table("ledger.journal_lines")
    assert lines.key == ("line_id",)
    assert lines.amount_column == "amount"
    assert {"line_id", "account_id", "amount"} <= set(lines.required_columns)
    assert lines.column("account_id").references == "ledger.accounts.account_id"
    assert lines.column("expense_type").allowed_values == ("OpEx", "CapEx")


def test_derived_columns_are_not_delivered(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(
        """
models:
- name: input_ledger__things
  config: {meta: {domain: ledger, table: things, grain: a thing, feeds: nothing}}
  columns:
  - {name: thing_id, data_type: varchar, config: {meta: {required: true}}}
  - {name: period, data_type: date, config: {meta: {derived: true}}}
""",
        encoding="utf-8",
    )
    assert load_contract(tmp_path).table("ledger.things").column_names == ("thing_id",)


def test_a_folder_without_contract_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="No contract table"):
        load_contract(tmp_path)


def test_the_page_shows_every_column_of_every_table() -> None:
    page = contract_markdown()
    for table in load_contract().tables:
        assert f"### {table.full_name}" in page
        assert all(f"| `{name}` |" in page for name in table.column_names)


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    target = tmp_path / "contract.md"
    result = CliRunner().invoke(main, ["contract", "--output", str(target)])
    assert result.exit_code == 0
    assert target.read_text(encoding="utf-8") == contract_markdown()
