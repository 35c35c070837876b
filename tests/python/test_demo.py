"""The demo company: the same bytes for the same seed, the size of the contract, honest oddities."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import duckdb
import pytest
import yaml

from itfm.demo import generate
from itfm.errors import UserError

PROJECT = Path(__file__).resolve().parents[2]
SMALL = {"ledger_lines": 20_000, "cloud_rows": 2_000, "months": 14}


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "workspace.yml"
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    generate(folder, threads=1, **SMALL)
    return folder


@pytest.fixture(scope="module")
def tables(demo: Path) -> duckdb.DuckDBPyConnection:
    """Every delivered table as text, the UK ledger brought into the layout of the others."""
    con = duckdb.connect()
    for file in sorted(demo.glob("inputs/*/*.csv*")):
        name = f"{file.parent.name}__{file.name.split('.')[0]}"
        con.execute(f"create table {name} as from read_csv('{file}', all_varchar = true)")
    journal = demo / "inputs" / "ledger" / "journal_lines"
    con.execute(f"""
        create table journal as
        from read_csv(
            ['{journal}/fh01_holding.csv', '{journal}/fh03_retail.csv'], all_varchar = true
        )
        union all by name
        select * replace (
            strptime(posting_date, '%d/%m/%Y')::date::varchar as posting_date,
            strptime(document_date, '%d/%m/%Y')::date::varchar as document_date,
            replace(replace(replace(amount, ',', ''), '(', '-'), ')', '') as amount
        )
        from read_csv('{journal}/fh02_uk.csv', all_varchar = true, delim = ';')
    """)
    con.execute("""
        create view good_lines as
        select * replace (amount::decimal(18, 2) as amount, posting_date::date as posting_date)
        from journal
        where line_id not like 'JX%'
    """)
    deliveries = demo / "inputs" / "cloud" / "cost_and_usage"
    con.execute(f"""
        create table charges as
        select BilledCost::decimal(18, 6) as billed, EffectiveCost::decimal(18, 6) as effective,
            ProviderName as provider, BillingPeriodStart as period, Tags as tags,
            ChargeCategory as category, filename
        from read_csv('{deliveries}/*/*.csv.gz', all_varchar = true, filename = true)
        union all
        select BilledCost, EffectiveCost, ProviderName, BillingPeriodStart, Tags, ChargeCategory,
            filename
        from read_parquet('{deliveries}/*/*.parquet', filename = true)
    """)
    return con


def one(con: duckdb.DuckDBPyConnection, query: str):
    return con.execute(query).fetchone()[0]


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(demo, tmp_path):
    generate(tmp_path, threads=2, **SMALL)
    assert fingerprints(tmp_path) == fingerprints(demo)


def test_another_seed_gives_another_company(demo, tmp_path):
    generate(tmp_path, seed=8, ledger_lines=12_000, cloud_rows=1_000, months=2)
    generated, known = fingerprints(tmp_path), fingerprints(demo)
    journal = "inputs/ledger/journal_lines/fh01_holding.csv"
    assert generated[journal] != known[journal]


def test_parquet_holds_the_same_ledger(demo, tables, tmp_path):
    generate(tmp_path, file_format="parquet", **SMALL)
    parquet = f"read_parquet('{tmp_path}/inputs/ledger/journal_lines/*/*.parquet')"
    query = (
        "select count(*), sum(amount) from {} where line_id not like 'JX%' and currency_code = '{}'"
    )
    for currency in ("USD", "GBP"):
        wanted = tables.execute(query.format("good_lines", currency)).fetchone()
        assert tables.execute(query.format(parquet, currency)).fetchone() == wanted


@pytest.mark.parametrize(
    ("table", "fewest", "most"),
    [
        ("ledger__vendors", 150, 150),
        ("ledger__accounts", 55, 70),
        ("contracts__contracts", 120, 120),
        ("cmdb__configuration_items", 600, 600),
        ("cmdb__applications", 80, 80),
        ("cmdb__services", 25, 25),
        ("consumption__consumers", 12, 12),
        ("portfolio__projects", 30, 30),
        ("workforce__employees", 210, 240),
    ],
)
def test_sizes(tables, table, fewest, most):
    assert fewest <= one(tables, f"select count(*) from {table}") <= most


def test_ledger_size_entities_and_currencies(tables):
    lines = one(tables, "select count(*) from journal")
    assert abs(lines / SMALL["ledger_lines"] - 1) < 0.1
    assert one(tables, "select count(distinct legal_entity_id) from good_lines") == 3
    assert one(tables, "select count(distinct currency_code) from good_lines") == 2
    assert 33 <= one(tables, "select count(distinct cost_center_id) from good_lines") <= 45


def test_delivered_columns_are_those_of_the_contract(demo):
    for file in sorted(demo.glob("inputs/*/*")):
        if file.name == "cost_and_usage":
            continue
        sample = sorted(file.glob("*"))[0] if file.is_dir() else file
        table = file.name.split(".")[0]
        model = f"input_{file.parent.name}__{table}"
        contract = yaml.safe_load(
            (PROJECT / f"models/input_layer/{file.parent.name}/{model}.yml").read_text()
        )
        known = {
            column["name"]
            for column in contract["models"][0]["columns"]
            if "config" in column and not column["config"]["meta"].get("derived")
        }
        header = duckdb.sql(f"from read_csv('{sample}', all_varchar = true) limit 0").columns
        delivered = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in header}
        assert delivered <= known, (model, delivered - known)


def test_cloud_bills_have_the_columns_of_focus_1_2(demo):
    file = next((demo / "inputs/cloud/cost_and_usage").glob("*/*.parquet"))
    assert len(duckdb.sql(f"from read_parquet('{file}') limit 0").columns) == 57


def test_reversals_and_releases_undo_their_line_in_the_next_month(tables):
    undone, wrong = tables.execute("""
        select count(*), count(*) filter (
            o.amount + r.amount <> 0
            or o.account_id <> r.account_id
            or date_trunc('month', o.posting_date) > date_trunc('month', r.posting_date)
        )
        from good_lines as r
        inner join good_lines as o on r.reverses_line_id = o.line_id
    """).fetchone()
    assert undone > 20
    assert wrong == 0
    assert (
        one(
            tables,
            """
        select count(*) from good_lines
        where reverses_line_id is not null
            and reverses_line_id not in (select line_id from good_lines)
        """,
        )
        == 0
    )


def test_accruals_are_released(tables):
    kept = one(
        tables,
        """
        select count(*) from good_lines
        where entry_type = 'accrual' and posting_date < date '2025-12-01'
            and line_id not in (
                select reverses_line_id from good_lines where reverses_line_id is not null
            )
        """,
    )
    assert kept == 0


def test_every_oddity_is_there(tables):
    counts = tables.execute("""
        select
            count(*) filter (entry_type = 'credit_note' and amount < 0) as credit_notes,
            count(*) filter (period_name is not null
                and period_name <> strftime(posting_date, '%Y-P%m')) as late,
            count(*) filter (account_id in ('006890', '006895')) as without_rule,
            count(*) filter (cost_center_id is null) as without_cost_center,
            count(*) filter (vendor_id is null and vendor_name is not null) as by_name,
            count(*) filter (consumer_id = 'BU08') as business_software,
            count(*) filter (expense_type = 'CapEx') as capital
        from good_lines
    """).fetchone()
    assert all(count > 0 for count in counts), counts
    assert one(tables, "select count(*) from journal where line_id like 'JX%'") == 14
    assert one(tables, "select sum(amount) from good_lines where account_id like '0069%'") == 0
    assert (
        one(
            tables,
            "select count(*) from ledger__cost_centers where cost_center_id = 'CC1610'",
        )
        == 2
    )
    assert one(tables, "select count(*) from ledger__vendors where vendor_name ilike 'kes%'") == 6
    assert (
        one(
            tables,
            "select max(usage_date) from consumption__service_usage where service_id = 'SVC-EDI'",
        )
        == "2025-08-31"
    )
    assert (
        one(
            tables,
            "select max(usage_date) from consumption__service_usage where used_by_id = 'BU12'",
        )
        == "2025-06-30"
    )


def test_broken_lines_are_a_trifle(tables):
    broken, whole = tables.execute("""
        select
            sum(abs(coalesce(try_cast(amount as decimal(18, 2)), 0)))
                filter (line_id like 'JX%'),
            sum(abs(coalesce(try_cast(amount as decimal(18, 2)), 0)))
        from journal
    """).fetchone()
    assert broken < whole / 1000


def test_one_cloud_month_is_delivered_twice(tables):
    twice = tables.execute("""
        select provider, period from charges
        group by all
        having count(distinct filename) > 1
    """).fetchall()
    assert twice == [("Stratus Web Services", "2025-03-01T00:00:00Z")]


def test_the_ledger_pays_the_cloud_bill_and_the_named_difference(tables):
    tables.execute("""
        create or replace temp view last_deliveries as
        select * from charges
        qualify filename = max(filename) over (partition by provider, period)
    """)
    for provider, name in (("stratus", "Stratus Web Services"), ("cumulo", "Cumulo Cloud")):
        billed = one(
            tables,
            f"select sum(billed)::decimal(18, 2) from last_deliveries where provider = '{name}'",
        )
        paid = f"""
            select sum(amount) from good_lines as l
            inner join ledger__vendors as v on l.vendor_id = v.vendor_id
            where lower(v.vendor_name) like '{provider}%'
                and entry_type in ('invoice', 'credit_note', 'reversal')
        """
        named = "(description ilike '%true-up%' or description ilike '%support plan%')"
        assert one(tables, f"{paid} and not {named}") == billed
        assert (one(tables, f"{paid} and {named}") or 0) >= 0


def test_commitments_cost_what_they_cover(tables):
    fee, covered = tables.execute("""
        select sum(billed), sum(effective) from charges where provider = 'Stratus Web Services'
    """).fetchone()
    assert abs(fee - covered) < fee * 3 / 100


def test_plans_cover_the_year_and_the_forecast_the_months_after(tables):
    versions = tables.execute("""
        select budget_version, count(distinct posting_date) from planning__budget_lines
        group by all order by all
    """).fetchall()
    assert versions == [("budget_2025_v1", 12), ("budget_2025_v2", 12)]
    assert tables.execute("""
        select min(posting_date), max(posting_date) from planning__forecast_lines
    """).fetchone() == ("2026-01-01", "2026-06-01")


def test_cmdb_relations_hold_no_circle(tables):
    circles = one(
        tables,
        """
        with recursive walks as (
            select from_id as start_id, to_id from cmdb__relationships
            union
            select w.start_id, r.to_id
            from walks as w
            inner join cmdb__relationships as r on w.to_id = r.from_id
        )

        select count(*) from walks where start_id = to_id
        """,
    )
    assert circles == 0


def test_services_serve_each_other_in_a_circle(tables):
    edges = set(
        tables.execute("""
            select distinct used_by_id, service_id from consumption__service_usage
            where used_by_type = 'service'
        """).fetchall()
    )
    assert {("SVC-IDM", "SVC-NET"), ("SVC-NET", "SVC-MON"), ("SVC-NET", "SVC-IDM")} <= edges


def test_capacity_lies_above_use(tables):
    overloaded = tables.execute("""
        select u.service_id, u.usage_date, sum(u.quantity::decimal(18, 2)) as used
        from consumption__service_usage as u
        inner join cmdb__services as s on u.service_id = s.service_id
        where s.capacity_quantity is not null
        group by u.service_id, u.usage_date, s.capacity_quantity
        having used > s.capacity_quantity::decimal(18, 2)
    """).fetchall()
    assert overloaded == []


def test_settings_point_to_the_rules_of_this_checkout(demo):
    settings = yaml.safe_load((demo / "workspace.yml").read_text())
    assert (demo / settings["cost_model"]).resolve() == PROJECT / "seeds" / "cost_model"


def test_rules_have_an_owner_and_a_reason():
    rules = PROJECT / "seeds" / "cost_model"
    for table in ("classification_rules", "allocation_rules"):
        unexplained = duckdb.sql(f"""
            select rule_id from read_csv('{rules / table}.csv', all_varchar = true)
            where owner is null or justification is null
        """).fetchall()
        assert unexplained == []
    assert duckdb.sql(f"""
        select method from read_csv('{rules}/allocation_rules.csv', all_varchar = true)
        group by method order by method
    """).fetchall() == [("driver",), ("even",), ("fixed_percent",), ("relationship",), ("tagged",)]


def test_rules_use_the_names_of_the_taxonomy():
    rules, taxonomy = PROJECT / "seeds" / "cost_model", PROJECT / "seeds" / "taxonomy"
    pools = next(iter(taxonomy.glob("*cost_pools*.csv")))
    assert (
        duckdb.sql(f"""
        select cost_pool, cost_sub_pool
        from read_csv('{rules}/classification_rules.csv', all_varchar = true)
        except
        select cost_pool, cost_sub_pool from read_csv('{pools}', all_varchar = true)
    """).fetchall()
        == []
    )


@pytest.mark.parametrize("wrong", [{"months": 1}, {"months": 37}, {"file_format": "xml"}])
def test_wrong_sizes_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError):
        generate(tmp_path, **wrong)


def test_the_files_of_another_company_are_left_alone(tmp_path):
    file = tmp_path / "inputs" / "ledger" / "journal_lines.csv"
    file.parent.mkdir(parents=True)
    file.write_text("line_id\n")
    with pytest.raises(UserError, match="another company"):
        generate(tmp_path, **SMALL)
    assert file.read_text() == "line_id\n"


def test_quantities_stand_beside_the_money(tables):
    """Two measures, corrections, tags, and one row whose unit is not that of its measure."""
    assert tables.execute(
        "select measure, unit, count(*) > 10 from consumption__quantities group by all order by all"
    ).fetchall() == [("headcount", "FTE", True), ("kgCO2e", "kg", True), ("kgCO2e", "t", False)]
    assert one(tables, "select count(*) from consumption__quantities where quantity like '-%'") >= 2
    for column in ("service_id", "application_id", "consumer_id"):
        assert one(tables, f"select count({column}) from consumption__quantities") > 0
    assert not one(
        tables,
        "select count(*) from consumption__quantities "
        "where account_id not in (select account_id from good_lines)",
    )
    heads = one(
        tables,
        "select sum(quantity::double) from consumption__quantities "
        "where measure = 'headcount' and quantity_date = '2025-12-31'",
    )
    assert 150 < heads < 220
