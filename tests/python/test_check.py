"""The check before a build finds what a build would reject, and says what to do."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from itfm.check import SHOWN_PER_KIND, Report, _is_no_day, check_workspace, render
from itfm.cli import main
from itfm.init import init_workspace

LEDGER = "inputs/ledger/journal_lines.csv"
HEADER = "line_id,posting_date,account_id,amount,description,expense_type\n"
GOOD = 'G1,2025-01-31,600,"(1,070.00)",Salaries,OpEx\n'


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sound workspace whose check has already compiled the models."""
    folder = tmp_path_factory.mktemp("check") / "sound"
    init_workspace(folder, ledger_only=True)
    (folder / LEDGER).write_text(HEADER + GOOD, encoding="utf-8")
    (folder / "inputs/ledger/accounts.csv").write_text("account_id\n600\n", encoding="utf-8")
    report = check_workspace(folder)
    assert render(report).endswith("0 errors, 0 warnings"), render(report)
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    """Return a copy of the sound workspace, to be broken."""
    return Path(shutil.copytree(prepared, tmp_path / "company"))


def messages(report: Report, kind: str) -> list[str]:
    return [problem.message for problem in report.problems if problem.kind == kind]


def ledger(folder: Path, *rows: str) -> Report:
    (folder / LEDGER).write_text(HEADER + GOOD + "\n".join(rows) + "\n", encoding="utf-8")
    return check_workspace(folder)


def test_each_fault_of_a_row_names_file_line_column_value_and_remedy(folder: Path) -> None:
    report = ledger(
        folder,
        "1,31/12/2025,600,1,x,OpEx",
        "2,2025-01-31,600,1.2.3,x,OpEx",
        "3,2025-01-31,600,,x,OpEx",
        "4,2025-01-31,600,1,x,OpXe",
        "5,2025-01-31,999,1,x,OpEx",
        "G1,2025-01-31,600,1,x,OpEx",
        '6,2025-01-31,600,1,"open,OpEx',
        "7,1890-01-31,600,1,x,OpEx",
    )
    for kind, line, column, value, remedy in (
        ("unparsable_date", 3, "posting_date", "'31/12/2025'", "looks like DD/MM/YYYY. Correct"),
        ("unparsable_number", 4, "amount", "'1.2.3'", "decimal_separator"),
        ("missing_value", 5, "amount", "", "Every row needs one"),
        ("unknown_code", 6, "expense_type", "'OpXe'", "Did you mean OpEx?"),
        ("orphan", 7, "account_id", "'999'", "Add it there"),
        ("repeated_key", 8, "line_id", "'G1'", "Each row needs its own"),
        ("malformed_row", 9, "", "", "quote that is not closed"),
        ("unknown_period", 10, "posting_date", "'1890-01-31'", "first_fiscal_year"),
    ):
        (message,) = messages(report, kind)
        assert message.startswith(f"{LEDGER}, line {line}"), message
        assert column in message
        assert value in message
        assert remedy in message
    assert report.errors == 8


def test_a_mapping_that_cannot_be_used_is_the_only_fault_that_is_told(folder: Path) -> None:
    settings = (folder / "workspace.yml").read_text(encoding="utf-8").replace("mappings: {}", "")
    mapping = """
mappings:
  ledger.journal_lines:
    - files: inputs/raw/pay.csv
      columns: {posting_date: Date, account_id: Account, amount: Amuont}
"""
    (folder / "workspace.yml").write_text(settings + mapping, encoding="utf-8")
    (folder / LEDGER).unlink()
    (folder / "inputs/raw").mkdir()
    (folder / "inputs/raw/pay.csv").write_text("Date,Account,Amount\n2025-01-31,600,1\n", "utf-8")
    report = check_workspace(folder)
    assert report.errors == 1
    (message,) = messages(report, "unreadable_file")
    assert "Did you mean Amount?" in message
    (folder / "workspace.yml").write_text(
        settings + mapping.replace("Amuont", "Amount"), encoding="utf-8"
    )
    report = check_workspace(folder)
    assert report.errors == 1
    (message,) = messages(report, "missing_column")
    assert "combine: {line_id: [$file, $line]}" in message


def test_many_faults_of_a_kind_are_counted_not_listed(folder: Path) -> None:
    report = ledger(folder, *(f"{n},someday,600,1,x,OpEx" for n in range(50)))
    assert report.errors == 50
    assert len(messages(report, "unparsable_date")) == SHOWN_PER_KIND
    assert "... and 30 more of this kind" in render(report)


def test_a_missing_column_is_said_once(folder: Path) -> None:
    (folder / LEDGER).write_text("line_id,posting_date,account_id\n1,2025-01-31,600\n", "utf-8")
    report = check_workspace(folder)
    assert len(messages(report, "missing_column")) == 1
    assert messages(report, "missing_value") == []


def test_names_files_and_formats(folder: Path) -> None:
    (folder / "inputs/ledger/journal_line.csv").write_text("a\n", encoding="utf-8")
    (folder / "inputs/clowd").mkdir()
    (folder / "inputs/ledger/vendors.csv").write_bytes(b"PK\x03\x04")
    (folder / "inputs/ledger/cost_centers.csv").write_bytes(b"cost_center_id,n\n1,\x81\n")
    report = check_workspace(folder)
    assert "Did you mean journal_lines?" in messages(report, "unknown_file")[0]
    assert "Did you mean cloud?" in messages(report, "unknown_domain")[0]
    unreadable = "\n".join(messages(report, "unreadable_file"))
    assert "vendors.csv: this is a zip archive or an Excel workbook" in unreadable
    assert "cost_centers.csv, near line" in unreadable


def test_rules_of_the_cost_model(folder: Path) -> None:
    percentages = folder / "cost_model/allocation_percentages.csv"
    percentages.write_text(
        percentages.read_text("utf-8").replace("WAN,40", "WAN,41").replace("LAN,30", "LAN,-30")
        + "GHOST,current,solution,PLATFORM,100\n",
        encoding="utf-8",
    )
    rules = folder / "cost_model/allocation_rules.csv"
    rules.write_text(
        rules.read_text("utf-8")
        + "R1,current,solution,20,,,,,,,,,driver,NOSET,nodriver,,,,,,,,me,,,\n"
        + "R2,future,solution,30,,,,,,,,,even,,,,,,,,,,me,,,\n"
        + "R3,current,solution,40,,,,,,,,,driver,,headcount,,,,,,,,me,,,\n"
        + "R4,current,solution,50,,,,,,,,,fixed_percent,,,,,,,,,,me,,,\n",
        encoding="utf-8",
    )
    report = check_workspace(folder)
    assert "'-30' is negative" in messages(report, "negative_value")[0]
    assert "not to 100" in messages(report, "percentages_not_100")[0]
    assert "GHOST" in messages(report, "percentages_without_rule")[0]
    assert "NOSET" in messages(report, "unknown_target_set")[0]
    assert "nodriver" in messages(report, "unknown_driver")[0]
    assert "future" in messages(report, "unknown_rule_set")[0]
    assert "R2" in messages(report, "rule_without_target_set")[0]
    (without,) = messages(report, "rule_without_percentages")
    assert "R4" in without


def test_the_command_ends_with_1_on_errors_and_shows_no_trace(folder: Path) -> None:
    assert CliRunner().invoke(main, ["check", str(folder)]).exit_code == 0
    (folder / LEDGER).unlink()
    result = CliRunner().invoke(main, ["check"], env={"ITFM_WORKSPACE": str(folder)})
    assert result.exit_code == 1
    assert "there are no ledger lines" in result.output
    assert "Traceback" not in result.output


def test_a_wrong_setting_is_an_error_of_the_command(folder: Path) -> None:
    (folder / "workspace.yml").write_text("curency: EUR\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 1
    assert "curency" in result.output


def test_a_file_delivered_twice_or_cut_off_is_found(folder: Path) -> None:
    parts = folder / "inputs/ledger/journal_lines"
    parts.mkdir()
    (parts / "copy.csv").write_bytes((folder / LEDGER).read_bytes())
    (parts / "cut.csv").write_bytes(b"")
    report = check_workspace(folder)
    (message,) = messages(report, "duplicate_file")
    assert LEDGER in message
    assert "journal_lines/copy.csv" in message
    (message,) = messages(report, "empty_file")
    assert "journal_lines/cut.csv is empty" in message


def test_a_path_out_of_the_workspace_hides_no_other_fault(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "vendors.csv").write_text("vendor_id\n1\n", encoding="utf-8")
    (folder / "inputs/ledger/vendors.csv").unlink(missing_ok=True)
    (folder / "inputs/ledger/vendors.csv").symlink_to(tmp_path / "vendors.csv")
    report = ledger(folder, "1,2025-01-31,999,1,x,OpEx")
    assert "leads out of the workspace" in messages(report, "unreadable_file")[0]
    assert len(messages(report, "orphan")) == 1
    assert report.errors == 2


@pytest.mark.parametrize(
    ("value", "formats", "is_no_day"),
    [
        ("31/02/2025", "|YYYY-MM-DD|DD/MM/YYYY|", True),
        ("31/02/2025", "|YYYY-MM-DD|", False),
        ("31/02/2025", "|MM/DD/YYYY|", False),
        ("02/31/2025", "|MM/DD/YYYY|", True),
        ("2025-02-29", "|YYYY-MM-DD|", True),
        ("20250431", "|YYYYMMDD|EXCEL|", True),
        ("30-Feb-2025", "|DD-MON-YYYY|", True),
        ("31.4.25", "|DD.MM.YY|", True),
        ("12/31/2025", "|DD/MM/YYYY|", False),
        ("someday", "|YYYY-MM-DD|", False),
    ],
)
def test_a_day_that_does_not_exist_is_no_matter_of_formats(
    value: str, formats: str, is_no_day: bool
) -> None:
    assert _is_no_day(value, formats) is is_no_day


def test_a_day_that_does_not_exist_is_called_so(folder: Path) -> None:
    report = ledger(folder, "1,2025-02-30,600,1,x,OpEx")
    (message,) = messages(report, "unparsable_date")
    assert message.endswith("'2025-02-30' is a day that does not exist. Correct it.")
