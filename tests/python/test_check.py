"""The check before a build finds what a build would reject, and says what to do."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from itfm.check import LIMIT, SHOWN_PER_KIND, UNREAD, Report, _is_no_day, check_workspace, render
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
    assert report.errors == 0, render(report)
    # the starter rules look for vendors and accounts that a ledger of one line does not have
    assert {problem.kind for problem in report.problems} <= {"unmatched_filter", "takes_nothing"}
    assert "Nothing found here stops a build." in render(report)
    assert "Only a build finds" in render(report).splitlines()[-1]
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
    # what was lost breaks the limits of the workspace too, and that stops a build
    (lost, unreadable) = sorted(messages(report, LIMIT))
    assert "ledger_amount_loss" in lost
    assert "ledger_unreadable_amounts" in unreadable
    assert report.errors == 10
    assert report.stops == 2
    assert "A build stops for 2 errors of these. For the other 8 errors it leaves" in render(report)


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
    # and what follows from it: no line of the ledger can be used
    assert report.errors - report.stops == 1
    assert len(messages(report, LIMIT)) == report.stops == 2
    (message,) = messages(report, "missing_column")
    assert "combine: {line_id: [$file, $line]}" in message


def test_many_faults_of_a_kind_are_counted_not_listed(folder: Path) -> None:
    report = ledger(folder, *(f"{n},someday,600,1,x,OpEx" for n in range(50)))
    assert sum(report.counts.values()) - report.warnings - report.stops == 50
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


def test_percentages_as_people_write_them(folder: Path) -> None:
    percentages = folder / "cost_model/allocation_percentages.csv"
    text = percentages.read_text("utf-8")
    for written, advice in [
        ("40%", "'40%' has a percent sign. Write 40."),
        ("1e40", "'1e40' is no percentage: the whole is 100."),
        (
            "remainder",
            "'remainder' is no percentage. Write a number such as 12.5, or the word rest",
        ),
    ]:
        percentages.write_text(text.replace("WAN,40", f"WAN,{written}"), "utf-8")
        assert advice in messages(check_workspace(folder), "unparsable_number")[0]
    header, *rows = text.splitlines()
    parts = [f"{row},{int(number) / 100}" for row, number in (one.rsplit(",", 1) for one in rows)]
    percentages.write_text("\n".join([header, *parts]), "utf-8")
    report = check_workspace(folder)
    assert "60 percent is written 60, not 0.6" in messages(report, "percentages")[0]
    percentages.write_text(text.replace("percentage", "percent", 1), "utf-8")
    report = check_workspace(folder)
    assert "Did you mean percent?" in messages(report, "missing_column")[0]
    assert report.stops


def test_what_follows_from_an_unusable_rule_is_not_told_again(folder: Path) -> None:
    rules = folder / "cost_model/allocation_rules.csv"
    text = rules.read_text("utf-8")
    rules.write_text(
        text + "AWRY,current,consumer,20,,,,,,,,,fixed_percent,,,,,,,,,,me,,,\n", "utf-8"
    )
    percentages = folder / "cost_model/allocation_percentages.csv"
    rows = percentages.read_text("utf-8") + "AWRY,current,solution,PLATFORM,100\n"
    percentages.write_text(rows, "utf-8")
    report = check_workspace(folder)
    assert "'consumer' is not one of" in messages(report, "unknown_code")[0]
    assert messages(report, "percentage_without_rule") == []
    rules.write_text(text, "utf-8")
    assert "AWRY" in messages(check_workspace(folder), "percentage_without_rule")[0]


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
    # what the row that cannot be used leaves of the sum is not told as a second fault
    assert not any("not to 100" in message for message in messages(report, "percentages"))
    assert "GHOST" in messages(report, "percentage_without_rule")[0]
    assert "NOSET" in messages(report, "unknown_target_set")[0]
    assert "future" in messages(report, "unknown_rule_set")[0]
    assert any("R4" in message for message in messages(report, "percentages"))
    # without values a rule sends nothing: a warning here as in a build, since values may come late
    (driver, built_in) = (p for p in report.problems if p.kind == "driver_without_values")
    assert driver.severity == built_in.severity == "warning"
    assert "allocation_rules.csv, line 14: rule R1 weighs by the driver nodriver" in driver.message
    # as the file has them: the set of R1, line 14, before that of R2
    told = [problem.kind for problem in report.problems]
    assert told.index("unknown_target_set") < told.index("unknown_rule_set")
    assert not messages(report, LIMIT)  # rows of rules are counted one by one, and stop a build


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


WRONG_VALUES = (
    ("1,2025-02-30,600,1,x,OpEx", "unparsable_date", "'2025-02-30' is a day that does not exist. "),
    ("2,2025-01,600,1,x,OpEx", "unparsable_date", "'2025-01' names a period, not a day."),
    ("3,2025-P03,600,1,x,OpEx", "unparsable_date", "the period into period_name"),
    ("4,2025-01-31,600,1e30,x,OpEx", "unparsable_number", "'1e30' is too large"),
    ("5,2025-01-31,600,1e14,x,OpEx", "too_large", "less than 10,000,000,000,000"),
    ("6,2025-01-31,600,#REF!,x,OpEx", "unparsable_number", "an error of a spreadsheet. Mend"),
    ("7,#N/A,600,1,x,OpEx", "unparsable_date", "an error of a spreadsheet. Mend"),
    ("8,2025-01-31,600,1,#NAME?,OpEx", "spreadsheet_error", "description: '#NAME?'"),
    ("9,2025-01-31,600,=A1*2,x,OpEx", "unparsable_number", "a formula of a spreadsheet. Write"),
    ('10,2025-01-31,600,"1070,50",x,OpEx', "unparsable_number", "decimal separator '.'"),
)


@pytest.fixture(scope="module")
def report_of_wrong_values(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Check one ledger with all wrong values, a line for each after the good one in line 2."""
    folder = shutil.copytree(prepared, tmp_path_factory.mktemp("wrong") / "company")
    return ledger(Path(folder), *(row for row, _, _ in WRONG_VALUES))


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [(line, kind, words) for line, (_, kind, words) in enumerate(WRONG_VALUES, start=3)],
)
def test_a_wrong_value_is_called_what_it_is(
    report_of_wrong_values: Report, line: int, kind: str, words: str
) -> None:
    (message,) = (m for m in messages(report_of_wrong_values, kind) if f"line {line}" in m)
    assert words in message


def test_a_rate_that_no_ledger_has_is_left_out(folder: Path) -> None:
    (folder / "inputs/ledger/exchange_rates.csv").write_text(
        "from_currency,to_currency,rate_type,rate_date,rate\nEUR,USD,average,2025-01-01,1e15\n",
        encoding="utf-8",
    )
    report = check_workspace(folder)
    (message,) = messages(report, "too_large")
    assert "a rate less than 1,000,000" in message
    assert "A build goes on: it leaves such rows and files out" in render(report)


def test_a_model_that_fails_on_the_files_stops_a_build(folder: Path) -> None:
    (folder / "inputs/ledger/exchange_rates.csv").write_text(
        "from_currency,to_currency,rate_type,rate_date,rate\nEUR,USD,average,2025-01-01,999999\n",
        encoding="utf-8",
    )
    (folder / LEDGER).write_text(
        HEADER.replace("\n", ",currency_code\n") + "1,2025-01-31,600,9000000000000,x,OpEx,EUR\n",
        encoding="utf-8",
    )
    report = check_workspace(folder)
    (message,) = messages(report, "failed_model")
    assert "fct_ledger_lines.sql failed on these files" in message
    assert "A build stops for 1 error of these." in render(report)


def test_what_ends_before_it_begins_is_told(folder: Path) -> None:
    (folder / "inputs/cmdb").mkdir(exist_ok=True)
    for name, text in (
        ("relationships", "from_id,relationship_type,to_id,valid_from,valid_to\n"
         "app,runs_on,a,2025-02-01,2025-01-31\napp,runs_on,b,2025-02-01,2025-02-01\n"),
        ("configuration_items", "ci_id,ci_class,installed_on,retired_on\n"
         "a,server,2025-06-01,2024-01-01\nb,server,2025-06-01,\n"),
    ):  # fmt: skip
        (folder / f"inputs/cmdb/{name}.csv").write_text(text, encoding="utf-8")
    told = messages(check_workspace(folder), "reversed_dates")
    assert [message.split(", ")[:3] for message in told] == [
        ["inputs/cmdb/configuration_items.csv", "line 2", "retired_on: '2024-01-01' is before the"
         " day on which it begins"],
        ["inputs/cmdb/relationships.csv", "line 2", "valid_to: '2025-01-31' is before the day on"
         " which it begins"],
    ]  # fmt: skip


def test_periods_that_overlap_are_told(folder: Path) -> None:
    (folder / "inputs/ledger/fiscal_periods.csv").write_text(
        "fiscal_year,period_number,start_date,end_date\n2025,1,2025-01-01,2025-02-15\n"
        "2025,2,2025-02-01,2025-02-28\n2025,3,2025-03-31,2025-03-01\n", encoding="utf-8"
    )  # fmt: skip
    report = check_workspace(folder)
    (message,) = messages(report, "overlapping_period")
    assert "line 3, start_date: '2025-02-01' lies in a period that begins earlier" in message
    (message,) = messages(report, "reversed_dates")
    assert "line 4, end_date: '2025-03-01' is before the day on which it begins" in message
    assert not messages(report, "failed_model")


def test_what_tests_of_core_find_is_found_before_a_build(folder: Path) -> None:
    (folder / "inputs/ledger/accounts.csv").write_text(
        "account_id,parent_account_id\n600,601\n601,600\n", encoding="utf-8"
    )
    (folder / "inputs/consumption").mkdir(exist_ok=True)
    (folder / "inputs/consumption/consumers.csv").write_text(
        "consumer_id,parent_consumer_id\nA,B\nB,C\nC,B\nD,D\n", encoding="utf-8"
    )
    (folder / "inputs/planning").mkdir(exist_ok=True)
    for table, version in (("budget", "budget_version"), ("forecast", "forecast_version")):
        (folder / f"inputs/planning/{table}_lines.csv").write_text(
            f"line_id,{version},posting_date,account_id,amount\n1,v1,2025-01-31,600,5\n", "utf-8"
        )
    report = check_workspace(folder)
    (circle,) = messages(report, "assert_hierarchies_have_no_circles")
    assert circle.startswith("An account, a cost centre or a consumer stands above itself")
    assert (
        "Found: accounts, 600, 601; accounts, 601, 600; consumers, B, C; consumers, C, B." in circle
    )
    (kinds,) = messages(report, "assert_plan_versions_have_one_kind")
    assert "Found: v1, 2." in kinds
    assert report.stops == 2
    assert report.is_judged  # no rule is wrong, so circles of services are judged all the same


def test_a_circle_that_money_never_leaves_is_found_before_a_build(folder: Path) -> None:
    for name, row in (
        ("allocation_rules", "LOOP,current,solution,1,,,,,,,,,fixed_percent,,,,,,,,,,me,,,"),
        ("allocation_percentages", "LOOP,current,solution,PLATFORM,50"),
        ("allocation_percentages", "LOOP,current,solution,WORKPLACE,50"),
    ):
        path = folder / f"cost_model/{name}.csv"
        path.write_text(path.read_text("utf-8").rstrip("\n") + f"\n{row}\n", encoding="utf-8")
    report = check_workspace(folder)
    assert any(
        "break the circle PLATFORM -> WORKPLACE -> PLATFORM" in one
        for one in messages(report, "network")
    )
    assert report.errors == report.stops == 1  # the circle once, not each of its objects


def test_a_file_that_cannot_be_read_leaves_the_rules_unjudged(folder: Path) -> None:
    (folder / "inputs/ledger/cost_centers.csv").write_bytes(b"cost_center_id,n\n1,\x81\n")
    report = check_workspace(folder)
    assert report.errors == report.stops == 1
    assert messages(report, "unmatched_filter") == []
    assert UNREAD in render(report)


def test_a_reserved_name_is_told_for_what_it_is(folder: Path) -> None:
    for file_name, text in (
        ("consumption/consumers.csv", "consumer_id\nunallocated\n"),
        ("consumption/quantities.csv",
         "quantity_id,measure,quantity_date,quantity,unit,account_id\nQ1,Amount,2025-01-31,1,t,600\n"),
        ("planning/budget_lines.csv",
         "line_id,budget_version,posting_date,account_id,amount\n"
         "B1,Actual,2025-01-31,600,1\n"),
    ):  # fmt: skip
        path = folder / "inputs" / file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    report = check_workspace(folder)
    assert report.stops == 1  # the consumer; the other rows are left out
    found = "\n".join(messages(report, "reserved_name"))
    assert "'unallocated' is kept for a place where money stands" in found
    assert "'Amount' is the name of the measure that holds money" in found
    assert "'Actual' is the name of the scenario" in found
