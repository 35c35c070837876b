"""An empty workspace: settings to fill in, files with headers, a cost model to start from."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from itfm.contract import load_contract
from itfm.errors import WorkspaceError
from itfm.workspace import CALENDAR_TYPES, DATE_TOKENS, SETTINGS_FILE, currency_minor_units

OWNER = "to be named"
RULE_SET = "current"

SETTINGS = """\
# The settings of one company. Every key may be left out; then the value shown here holds.
company: {company}
reporting_currency: {currency} # ISO 4217; results are kept with 2 decimals

# Folder of the rules: how ledger lines get a cost pool, and who hands cost to whom.
cost_model: cost_model

calendar:
  type: calendar_month # {calendars}
  fiscal_year_start_month: 1
  week_start: monday # week calendars: a year starts on this day nearest the 1st of that month
  fiscal_year_named_after: end # end or start: the calendar year that names a fiscal year
  first_fiscal_year: 2000 # ledger lines outside these years are rejected as unknown_period
  last_fiscal_year: 2050
  # closed_through: 2025-01-31 # periods that end by this day are closed, as by fiscal_periods

formats:
  # ISO dates (2025-01-31) are always read. Others must be named:
  # {tokens}
  dates: [YYYY-MM-DD]
  decimal_separator: "." # "." or ","
  domains: {{}} # exceptions, such as  cloud: {{dates: [MM/DD/YYYY]}}  or  ledger.accounts: {{...}}

# A provider that sends a month again replaces what it sent before; append keeps every delivery.
cloud_deliveries: replace

# When figures of a closed period change after they were published: tell shows them in the summary,
# keep publishes nothing before the change is taken back, or allowed by `itfm build --restate`.
closed_periods: tell

rejects:
  ledger_loss_limit: 0.001 # share of the ledger's absolute amount that may be rejected
  stop_on: [] # reasons that stop a build wherever they occur, such as [malformed_row, orphan]

# Files of another layout, read as tables of the contract. Put them into inputs/raw/.
mappings: {{}}
#  ledger.journal_lines:
#    - files: inputs/raw/payments*.csv
#      columns: {{account_id: Account Code, amount: Net Amount, posting_date: Payment Date}}
#      constants: {{currency_code: {currency}}}
#      combine: {{line_id: ["=AP", Document Number, $line]}} # joined with -: =text, $line, $file
#      lookups: # a code is translated by another file; a code that it lacks stays as it is
#        cost_center_id: {{from: Team, file: inputs/raw/teams.csv, key: Team, value: Cost Centre}}
#      dates: [DD.MM.YYYY] # where these files differ from formats above
#      decimal_separator: ","
#  ledger.accounts:
#    - files: inputs/raw/payments*.csv
#      columns: {{account_id: Account Code, account_name: Account Name}}
#      distinct: true # rows that are alike are taken once
"""

# sequence, description filter, vendor filter, cost pool, cost sub-pool, why
CLASSIFICATION = (
    (100, "*software maint*|*software support*", "", "Software & SaaS", "Maintenance & Support",
     "Support of bought software, before the word maintenance alone decides."),
    (110, "*saas*|*subscription*", "", "Software & SaaS", "SaaS", "Software paid by the month."),
    (120, "*licen*|*software*", "", "Software & SaaS", "Licensing", "Right to use software."),
    (200, "*cloud*|*amazon web*|*azure*|*hosting*", "", "Cloud Services",
     "Cloud Service Provider", "Infrastructure and platforms that are rented."),
    (300, "*contractor*|*agency staff*|*staff augment*", "", "Staffing", "Staff Augmentation",
     "People led by the company who are not its employees."),
    (310, "*salar*|*payroll*|*wages*|*pension*|*bonus*", "", "Staffing", "Internal Labor",
     "Pay of own employees."),
    (320, "*training*|*travel*", "", "Staffing", "Other Operating", "Cost that comes with staff."),
    (400, "*managed service*|*outsourc*", "", "Outside Services", "Managed Services",
     "Work handed to a supplier by result."),
    (410, "*consult*|*advisory*", "", "Outside Services", "Consulting", "Advice and projects."),
    (500, "*telecom*|*telephon*|*broadband*|*mobile*|*network*", "", "Telecom",
     "Other Operating", "Lines, numbers and networks."),
    (600, "*data cent*|*colocation*|*electricity*", "", "Data Center Facilities",
     "Other Operating", "Buildings, power and cooling."),
    (700, "*depreciation*|*amorti*", "", "Hardware", "Depreciation & Amortization",
     "Earlier capital spending. Give software and telecom assets a rule by account before this."),
    (710, "*maintenance*|*repair*", "", "Hardware", "Maintenance & Support",
     "Maintenance that is not of software."),
    (720, "*hardware*|*server*|*laptop*|*computer*|*printer*", "", "Hardware",
     "Other Operating", "Equipment below the capital limit."),
    (800, "", "*software*", "Software & SaaS", "Licensing",
     "The line says nothing, the name of the supplier does."),
    (810, "", "*consult*", "Outside Services", "Consulting",
     "The line says nothing, the name of the supplier does."),
    (820, "", "*telecom*|*telefon*", "Telecom", "Other Operating",
     "The line says nothing, the name of the supplier does."),
    (9999, "", "", "Misc Costs", "Other Operating",
     "Catches the rest. Replace it by rules per account; what it takes is the work that is left."),
)  # fmt: skip

# cost pool -> percentages of sub-towers
POOLS = (
    ("Staffing", (("Development", 25), ("Support & Operations", 25), ("Servers", 20),
                  ("Help Desk", 15), ("Tech Management & Strategy", 15)),
     "An assumption until time sheets or a staff list say better."),
    ("Outside Services", (("Development", 50), ("Support & Operations", 50)),
     "Consultants build and run in equal parts until projects say better."),
    ("Cloud Services", (("Servers", 70), ("Online Storage", 30)),
     "A usual mix until the provider's bill is delivered."),
    ("Hardware", (("Servers", 40), ("Workspace", 40), ("Online Storage", 20)),
     "An assumption until an asset list says better."),
    ("Software & SaaS", (("Licensing", 100),), "Licences are the tower's own content."),
    ("Data Center Facilities", (("Enterprise Data Center", 100),),
     "Facilities are the tower's own content."),
    ("Telecom", (("WAN", 40), ("LAN", 30), ("Voice & Collaboration", 30)),
     "An assumption until line inventories say better."),
    ("Misc Costs", (("Tech Management & Strategy", 100),), "Overhead of running technology."),
)  # fmt: skip

# service id, name, type of measure, sub-towers that it takes (empty: all that are left)
SERVICES = (
    ("WORKPLACE", "Workplace and support", "users",
     "Workspace|Mobile Devices|Network Printers|Conferencing & AV|Help Desk|Deskside Support"
     "|Voice & Collaboration"),
    ("APPLICATIONS", "Business applications", "users",
     "Development|Support & Operations|Licensing|Middleware|Database|Data Management"),
    ("PLATFORM", "Infrastructure platform", "users", ""),
)  # fmt: skip


def init_workspace(
    path: Path,
    *,
    company: str | None = None,
    currency: str = "USD",
    ledger_only: bool = False,
) -> None:
    """Write the workspace into `path`, which must not exist or be empty."""
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise WorkspaceError(
            f"{path} is not empty. Choose a new folder; nothing is ever overwritten here."
        )
    code = _currency(currency)
    path.mkdir(parents=True, exist_ok=True)
    name = company or path.resolve().name
    settings = SETTINGS.format(
        company=json.dumps(name, ensure_ascii=False),
        currency=code,
        calendars=", ".join(CALENDAR_TYPES),
        tokens=", ".join(DATE_TOKENS),
    )
    (path / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    _write_inputs(path, name, ledger_only)
    _write_cost_model(path)


def next_steps(path: Path) -> str:
    """Return what a user reads after the workspace was written."""
    return "\n".join(
        [
            f"wrote an empty workspace to {path}",
            "",
            f"1. Put the ledger into {path}/inputs/ledger/journal_lines.csv, the only file that",
            "   must be there, or describe your own layout under mappings in workspace.yml.",
            "2. Name the currency, the fiscal year and the date formats in workspace.yml.",
            f"3. itfm check {path}      says what to mend, with file, line and column",
            f"4. itfm build {path}      builds, tests and publishes the warehouse",
            "",
            "cost_model/ is a starter: it sorts ledger lines by words in their description,",
            "spreads each cost pool over towers by percentages, and hands everything to three",
            "services and one consumer (inputs/cmdb/services.csv and",
            "inputs/consumption/consumers.csv). Replace its rules by your own, one by one;",
            "`itfm contract` prints every table and column that can be delivered.",
        ]
    )


def _currency(currency: str) -> str:
    code, units = currency.upper(), currency_minor_units()
    if code not in units:
        raise WorkspaceError(f"{currency} is not an ISO 4217 currency, such as USD or EUR.")
    if units[code] > 2:
        raise WorkspaceError(
            f"{code} has {units[code]} minor units, but amounts are kept with 2 decimals. "
            "Choose a reporting currency with at most 2."
        )
    return code


def _write_inputs(path: Path, company: str, ledger_only: bool) -> None:
    for table in load_contract().tables:
        if table.domain == "cost_model" or (ledger_only and table.domain != "ledger"):
            continue
        _write(path / "inputs" / table.domain / f"{table.name}.csv", table.column_names, ())
    _write_rows(
        path / "inputs",
        "cmdb.services",
        [
            {
                "service_id": service,
                "service_name": name,
                "service_type": "business",
                "unit_of_measure": unit,
            }
            for service, name, unit, _ in SERVICES
        ],
    )
    _write_rows(
        path / "inputs",
        "consumption.consumers",
        [
            {
                "consumer_id": "COMPANY",
                "consumer_name": company,
                "consumer_kind": "Business Functions & Capabilities",
            }
        ],
    )


def _write_cost_model(path: Path) -> None:
    folder = path / "cost_model"
    _write_rows(
        folder,
        "cost_model.rule_sets",
        [
            {
                "rule_set": RULE_SET,
                "status": "current",
                "description": "Starter rules, to be replaced by the company's own.",
            }
        ],
    )
    _write_rows(
        folder,
        "cost_model.classification_rules",
        [
            {
                "rule_id": f"CLASS-{sequence}",
                "rule_set": RULE_SET,
                "sequence": sequence,
                "description": description,
                "vendor": vendor,
                "cost_pool": pool,
                "cost_sub_pool": sub_pool,
                "owner": OWNER,
                "justification": why,
            }
            for sequence, description, vendor, pool, sub_pool, why in CLASSIFICATION
        ],
    )
    rules, percentages = _allocation()
    _write_rows(folder, "cost_model.allocation_rules", rules)
    _write_rows(folder, "cost_model.allocation_percentages", percentages)
    _write_rows(
        folder,
        "cost_model.target_sets",
        [{"target_set": "ALL-CONSUMERS", "to_layer": "consumer", "to_id": "*"}],
    )
    for empty in ("allocation_fallbacks", "towers", "vendor_aliases"):
        _write_rows(folder, f"cost_model.{empty}", [])


def _allocation() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    rules: list[dict[str, object]] = []
    percentages: list[dict[str, object]] = []

    def add(
        rule_id: str, why: str, targets: tuple[tuple[str, int], ...], **columns: object
    ) -> None:
        rules.append(
            {
                "rule_id": rule_id,
                "rule_set": RULE_SET,
                "owner": OWNER,
                "justification": why,
                **columns,
            }
        )
        layer = "resource_tower" if columns["sender_layer"] == "cost_pool" else "solution"
        percentages.extend(
            {
                "rule_id": rule_id,
                "rule_set": RULE_SET,
                "to_layer": layer,
                "to_id": to_id,
                "percentage": share,
            }
            for to_id, share in targets
        )

    for position, (pool, towers, why) in enumerate(POOLS, start=1):
        add(
            f"POOL-{position * 10}",
            why,
            towers,
            sender_layer="cost_pool",
            sequence=position * 10,
            cost_pool=pool,
            method="fixed_percent",
        )
    for position, (service, name, _, sub_towers) in enumerate(SERVICES, start=1):
        what = "Towers that this service is made of" if sub_towers else "All towers that are left"
        add(
            f"TOWER-{position * 10}",
            f"{what}: {name}.",
            ((service, 100),),
            sender_layer="resource_tower",
            sequence=position * 10,
            from_id=sub_towers,
            method="fixed_percent",
        )
    add(
        "SERVICE-10",
        "Every service is handed to all consumers in equal parts until usage is delivered.",
        (),
        sender_layer="solution",
        sequence=10,
        method="even",
        target_set="ALL-CONSUMERS",
    )
    return rules, percentages


def _write_rows(folder: Path, full_name: str, rows: list[dict[str, object]]) -> None:
    table = load_contract().table(full_name)
    below = folder if table.domain == "cost_model" else folder / table.domain
    cells = tuple(tuple(row.get(name, "") for name in table.column_names) for row in rows)
    _write(below / f"{table.name}.csv", table.column_names, cells)


def _write(path: Path, columns: tuple[str, ...], rows: tuple[tuple[object, ...], ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
