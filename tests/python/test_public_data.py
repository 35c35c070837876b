"""Public files of other organisations, mapped by data alone, tie out to their last cent."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from itfm.contract import project_folder

PUBLIC_DATA_VARIABLE = "ITFM_PUBLIC_DATA"
PROJECT = project_folder()
PUBLIC_DATA = Path(os.environ.get(PUBLIC_DATA_VARIABLE) or PROJECT.parent / "shared" / "data")
FIXTURE = PROJECT / "tests/fixtures/workspaces/public_sector"
PAYMENTS = PUBLIC_DATA / "gl/bradford_it_services_payments.csv"
CHARGES = PUBLIC_DATA / "focus/focus_1_0_real_sample.csv"
CONTRACTS = PUBLIC_DATA / "contracts/act_ict_contracts_2025.csv"
INVENTORY = PUBLIC_DATA / "cmdb"

pytestmark = pytest.mark.skipif(
    not all(path.is_file() for path in (PAYMENTS, CHARGES, CONTRACTS)),
    reason=f"no public files in {PUBLIC_DATA}; name their folder in {PUBLIC_DATA_VARIABLE}",
)

Query = Callable[[str], list[tuple[Any, ...]]]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> Decimal:
    """Return an amount as the council writes it: 1,070.00, and (1,070.00) for a credit."""
    plain = text.strip().replace(",", "")
    return -Decimal(plain[1:-1]) if plain.startswith("(") else Decimal(plain)


def run(program: str, *arguments: str, workspace: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        cwd=PROJECT,
        env={**os.environ, "ITFM_WORKSPACE": str(workspace)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workspace with the public files in their places, as its README asks for."""
    folder = tmp_path_factory.mktemp("public") / "public_sector"
    shutil.copytree(FIXTURE, folder)
    raw, cloud = folder / "inputs/raw", folder / "inputs/cloud/cost_and_usage"
    for path in (PAYMENTS, CONTRACTS, *sorted(INVENTORY.glob("*.csv"))):
        raw.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, raw / path.name)
    cloud.mkdir(parents=True)
    shutil.copyfile(CHARGES, cloud / CHARGES.name)
    return folder


@pytest.fixture(scope="module")
def query(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Query:
    """Build the warehouse and return a reader of it."""
    target = tmp_path_factory.mktemp("target")
    loaded = run("itfm", "load", workspace=workspace)
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    built = run(
        "dbt",
        *("build", "--target-path", str(target), "--log-path", str(target / "logs")),
        *("--no-use-colors", "--quiet"),
        workspace=workspace,
    )
    assert built.returncode == 0, (built.stdout + built.stderr)[-5000:]

    def fetch(sql: str) -> list[tuple[Any, ...]]:
        database = workspace / "build/warehouse.duckdb"
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return fetch


def test_the_check_names_the_second_spellings_and_nothing_else(workspace: Path) -> None:
    checked = run("itfm", "check", workspace=workspace)
    assert checked.returncode == 1
    assert "2 errors, 0 warnings" in checked.stdout
    for vendor in ("S13393", "114254"):
        assert f"vendor_id: the key '{vendor}' stands in an earlier row" in checked.stdout


def test_every_payment_reaches_the_ledger(query: Query) -> None:
    payments = read(PAYMENTS)
    total = sum(number(row["Net Amount"]) for row in payments)
    assert (len(payments), total) == (1058, Decimal("19720938.74"))
    assert query("select count(*), sum(amount) from core.fct_ledger_lines") == [(1058, total)]
    ((rows, accepted, rejected),) = query(
        "select sum(rows_in), sum(amount_accepted), sum(amount_rejected) "
        "from reconciliation.rec_input_tie_out where table_name = 'journal_lines'"
    )
    assert (rows, accepted + rejected) == (1058, total)
    assert query(
        "select min(posting_date)::varchar, max(posting_date)::varchar from core.fct_ledger_lines"
    ) == [(min(r["Payment date"] for r in payments), max(r["Payment date"] for r in payments))]


def test_service_cost_and_what_was_left_behind_are_the_total_of_the_file(query: Query) -> None:
    total = sum(number(row["Net Amount"]) for row in read(PAYMENTS))
    ((served,),) = query("select sum(amount) from marts.fct_service_cost")
    ((left,),) = query(
        "select coalesce(sum(amount), 0) from reconciliation.rec_unallocated "
        "where layer in ('cost_pool', 'resource_tower', 'solution')"
    )
    assert served + left == total
    assert served > total * Decimal("0.9")
    ((consumed,),) = query("select sum(amount) from marts.fct_consumer_cost")
    ((left_in_all,),) = query("select sum(amount) from reconciliation.rec_unallocated")
    assert consumed + left_in_all == total
    assert query("select sum(abs(difference_amount)) from reconciliation.rec_ledger_tie_out") == [
        (Decimal("0.00"),)
    ]


def test_what_stays_unclassified_is_what_the_cost_model_leaves_out(query: Query) -> None:
    found = query(
        "select account_id, sum(amount) from reconciliation.rec_unclassified_accounts group by 1"
    )
    assert {account for account, _ in found} == {"B128", "4400"}
    ((left,),) = query("select sum(amount) from reconciliation.rec_unallocated")
    assert sum(amount for _, amount in found) == left


def test_all_rows_are_accepted_or_rejected(query: Query) -> None:
    payments = read(PAYMENTS)
    expected = {
        "journal_lines": len(payments),
        "accounts": len({(r["Expenditure code"], r["Expenditure category"]) for r in payments}),
        "vendors": len({(r["Supplier Number"], r["Supplier Name"]) for r in payments}),
        "cost_and_usage": len(read(CHARGES)),
        "contracts": len(read(CONTRACTS)),
        "configuration_items": sum(
            len(read(INVENTORY / f"netbox_{kind}.csv"))
            for kind in ("device", "virtualmachine", "rack", "cluster")
        ),
    }
    delivered = query(
        "select table_name, sum(rows_in)::bigint from reconciliation.rec_input_tie_out "
        "where file_name like 'inputs/raw/%' or domain = 'cloud' group by 1"
    )
    assert dict(delivered).items() >= expected.items()
    assert query(
        "select count(*) from reconciliation.rec_input_tie_out "
        "where rows_in <> rows_accepted + rows_rejected "
        "or amount_in <> amount_accepted + amount_rejected"
    ) == [(0,)]


def test_a_vendor_number_with_two_spellings_keeps_the_first(query: Query) -> None:
    rejected = query(
        "select table_name, reason_code, raw_row from reconciliation.rec_rejected_rows order by 3"
    )
    assert [(table, reason) for table, reason, _ in rejected] == [("vendors", "repeated_key")] * 2
    first: dict[str, str] = {}
    second: Counter[str] = Counter()
    for row in read(PAYMENTS):
        vendor, name = row["Supplier Number"], row["Supplier Name"]
        if first.setdefault(vendor, name) != name:
            second[name] += 1
    assert len(second) == 2
    assert all(any(name in raw for _, _, raw in rejected) for name in second)


def test_cloud_charges_keep_their_full_precision(query: Query) -> None:
    charges = read(CHARGES)
    total = sum(Decimal(row["BilledCost"]) for row in charges)
    assert query("select count(*), sum(billed_cost) from core.fct_cloud_charges") == [
        (len(charges), total)
    ]
    assert len(charges) == 1000
    # NULL stands without quotes in the file; it is no text
    blank = sum(row["Tags"] == "NULL" for row in charges)
    assert blank > 0
    assert query("select count(*) from core.fct_cloud_charges where tags = 'NULL'") == [(0,)]
    # the company reports in GBP and has no rates: nothing is converted, and that is told
    assert query(
        "select sum(charges_without_rate)::bigint, sum(billed_amount) "
        "from reconciliation.rec_cloud_to_ledger"
    ) == [(len(charges), Decimal("0.00"))]


def test_contracts_keep_their_currency_and_their_total(query: Query) -> None:
    total = sum(Decimal(row["amount"]) for row in read(CONTRACTS))
    assert total == Decimal("68886074.82")
    assert query(
        "select count(*), sum(total_value_local), any_value(currency_code), "
        "count(start_date), count(end_date), count(vendor) from core.dim_contracts"
    ) == [(84, total, "AUD", 84, 84, 84)]


def test_the_inventory_is_counted_and_linked(query: Query) -> None:
    rows = {
        kind: len(read(INVENTORY / f"netbox_{kind}.csv"))
        for kind in ("device", "virtualmachine", "rack", "cluster")
    }
    assert dict(
        query(
            "select split_part(ci_id, '-', 1), count(*) "
            "from core.dim_configuration_items group by 1"
        )
    ) == {
        "device": rows["device"],
        "vm": rows["virtualmachine"],
        "rack": rows["rack"],
        "cluster": rows["cluster"],
    }
    sites = {row["id"]: row["name"] for row in read(INVENTORY / "netbox_site.csv")}
    expected = {f"rack-{r['id']}": sites[r["site"]] for r in read(INVENTORY / "netbox_rack.csv")}
    assert expected == dict(
        query("select ci_id, site from core.dim_configuration_items where ci_class = 'rack'")
    )
    # both ends of every link are items: a literal keeps device 7 and rack 7 apart
    assert query(
        """
        select relationship_type, count(*), count(lower_item.ci_id), count(upper_item.ci_id)
        from core.bridge_object_relationships as links
        left join core.dim_configuration_items as lower_item on links.to_id = lower_item.ci_id
        left join core.dim_configuration_items as upper_item on links.from_id = upper_item.ci_id
        group by 1
        order by 1
        """
    ) == [("hosted_on", *[rows["device"]] * 3), ("runs_on", *[rows["virtualmachine"]] * 3)]
