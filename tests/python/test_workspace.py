"""workspace.yml: settings are typed, and every mistake is named with file, key and remedy."""

from pathlib import Path

import pytest

from itfm.errors import WorkspaceError
from itfm.workspace import Workspace, load_workspace


def read(folder: Path, text: str) -> Workspace:
    (folder / "workspace.yml").write_text(text, encoding="utf-8")
    return load_workspace(folder)


def test_without_settings_the_folder_names_the_company(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    workspace = load_workspace(folder)
    assert workspace.company == "acme"
    assert workspace.reporting_currency == "USD"
    assert "workspace.yml is missing" in workspace.notes[0]


def test_a_missing_folder_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"make build.*itfm demo.*itfm init"):
        load_workspace(tmp_path / "nowhere")


def test_all_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    workspace = read(
        tmp_path,
        """
company: Müller & Söhne
reporting_currency: eur
cost_model: rules
cloud_deliveries: append
closed_periods: keep
calendar:
  {type: 4-4-5, fiscal_year_start_month: 10, week_start: sunday, closed_through: 2025-01-31}
formats:
  dates: [DD.MM.YYYY]
  decimal_separator: ","
  domains:
    cloud: {dates: [MM/DD/YYYY], decimal_separator: "."}
    cloud.invoices: {decimal_separator: ","}
rejects: {ledger_loss_limit: 0, stop_on: [orphan, malformed_row]}
""",
    )
    assert workspace.reporting_currency == "EUR"
    assert workspace.cost_model == tmp_path / "rules"
    assert workspace.formats_of("ledger", "accounts").tokens == "|DD.MM.YYYY|YYYY-MM-DD|"
    assert workspace.formats_of("cloud", "cost_and_usage").decimal_separator == "."
    assert workspace.formats_of("cloud", "invoices").decimal_separator == ","
    assert workspace.formats_of("cloud", "invoices").dates == ("MM/DD/YYYY",)
    settings = workspace.settings()
    assert settings["calendar_type"] == "4-4-5"
    assert settings["stop_on"] == "|orphan|malformed_row|"
    assert settings["cloud_deliveries"] == "append"
    assert settings["closed_through"] == "2025-01-31"
    assert workspace.closed_periods == "keep"


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        ("compny: X", "compny", "Did you mean company?"),
        ("company: [a]", "company", "between quotes"),
        ("company: no", "company", "between quotes"),
        ("calendar: {type: 4-5-5}", "calendar.type", "Choose one of calendar_month, 4-4-5"),
        ("calendar: 4-4-5", "calendar", "expected `key: value` lines"),
        ("calendar: {fiscal_year_start_month: 13}", "fiscal_year_start_month", "from 1 to 12"),
        ("calendar: {first_fiscal_year: '2000'}", "first_fiscal_year", "whole number"),
        ("calendar: {first_fiscal_year: 2030, last_fiscal_year: 2020}", "last", "before"),
        ("calendar: {closed_through: January}", "closed_through", "such as 2025-01-31"),
        ("calendar: {closed_through: 2025-01-31 12:00:00}", "closed_through", "is not a day"),
        ("closed_periods: lock", "closed_periods", "Choose one of tell, keep"),
        ("formats: {dates: [DD/MM/YYY]}", "formats.dates", "Did you mean DD/MM/YYYY?"),
        ("formats: {dates: [DD/MM/YYYY, MM/DD/YYYY]}", "formats.dates", "as two days"),
        ("formats: {decimal_separator: ';'}", "formats.decimal_separator", "Choose one of"),
        ("formats: {domains: {clowd: {}}}", "clowd", "Did you mean cloud?"),
        ("formats: {domains: {cloud: {date: [X]}}}", "date", "Did you mean dates?"),
        ("reporting_currency: EURO", "reporting_currency", "ISO 4217"),
        ("reporting_currency: BHD", "reporting_currency", "kept with 2 decimals"),
        ("cost_model: nowhere", "cost_model", "there is no folder"),
        ("rejects: {ledger_loss_limit: 5}", "rejects.ledger_loss_limit", "share from 0 to 1"),
        ("rejects: {stop_on: [orphans]}", "rejects.stop_on", "Did you mean orphan?"),
        ("company: a\ncompany: b", "company", "written twice"),
        ("company: 'a", "workspace.yml, line", "not valid YAML"),
        ("- a", "workspace.yml", "expected `key: value` lines"),
        ("mappings: {ledger.lines: []}", "ledger.lines", "not known in mappings"),
        ("mappings: {ledger.vendors: [{files: a.csv}]}", "ledger.vendors", "fills no column"),
        (
            "mappings: {ledger.vendors: [{files: ../a.csv, columns: {vendor_id: A}}]}",
            "files",
            "leaves the workspace",
        ),
        (
            "mappings: {ledger.vendors: [{files: /etc/passwd, columns: {vendor_id: A}}]}",
            "files",
            "leaves the workspace",
        ),
        (
            "mappings: {ledger.vendors: [{files: a.csv, columns: {vendor: A}}]}",
            "ledger.vendors",
            "has no column vendor. Did you mean vendor",
        ),
        (
            "mappings: {ledger.vendors: [{files: a, columns: {vendor_id: A},"
            " constants: {vendor_id: B}}]}",
            "vendor_id",
            "given twice",
        ),
        (
            "mappings: {ledger.vendors: [{files: a, lookups: {vendor_id: b.csv}}]}",
            "lookups.vendor_id",
            "expected from, file, key and value",
        ),
        (
            "mappings: {ledger.vendors: [{files: a, lookups: {vendor_id: {from: a, file: b}}}]}",
            "lookups.vendor_id",
            "key is missing",
        ),
        (
            "mappings: {ledger.vendors: [{files: a, lookups: {vendor_id: {form: a}}}]}",
            "form",
            "Did you mean from?",
        ),
        (
            "mappings: {ledger.vendors: [{files: a, lookups:"
            " {vendor_id: {from: a, file: ../b.csv, key: c, value: d}}}]}",
            "lookups.vendor_id.file",
            "leaves the workspace",
        ),
        (
            "mappings: {ledger.vendors: [{files: a, combine: {vendor_id: ['=']}}]}",
            "combine.vendor_id",
            "text is missing after =",
        ),
        (
            "mappings: {ledger.vendors: [{files: a, combine: {vendor_id: [A, $lin]}}]}",
            "combine.vendor_id",
            "Did you mean $line?",
        ),
    ],
)
def test_a_wrong_setting_names_file_key_and_remedy(
    tmp_path: Path, text: str, key: str, remedy: str
) -> None:
    with pytest.raises(WorkspaceError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert "workspace.yml" in message
    assert key in message
    assert remedy in message
