"""Landing: every record of every file arrives as text, with its file and its physical line."""

import gzip
import os
import time
from pathlib import Path

import duckdb
import pytest

from itfm.errors import LandingError
from itfm.landing import load, problems
from itfm.textfiles import normalise_header
from itfm.workspace import load_workspace

Rows = list[tuple[object, ...]]


class Company:
    """A workspace in a folder, and the database that it is landed into."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.connection = duckdb.connect(str(folder.parent / "landed.duckdb"))
        (folder / "inputs").mkdir(parents=True)
        (folder / "cost_model").mkdir()
        self.settings("")

    def settings(self, text: str) -> None:
        (self.folder / "workspace.yml").write_text("company: Test\n" + text, encoding="utf-8")

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, **options: object) -> list:
        return load(self.connection, load_workspace(self.folder), **options)

    def rows(self, table: str, columns: str) -> Rows:
        return self.sql(f"select {columns} from landing.{table} order by file_name, line_number")

    def sql(self, text: str) -> Rows:
        return self.connection.execute(text).fetchall()

    def kinds(self) -> set[str]:
        return {problem.kind for problem in problems(self.connection)}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path / "company")


ACCOUNTS = "inputs/ledger/accounts.csv"


# headers, delimiters, encodings ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("delivered", "column"),
    [
        ("BilledCost", "billed_cost"),
        ("Billed Cost", "billed_cost"),
        ("billed-cost", "billed_cost"),
        ("BILLED_COST", "billed_cost"),
        (" billed_cost ", "billed_cost"),
        ("x_DeliveryId", "x_delivery_id"),
        ("AccountID", "account_id"),
        ("SKUPriceId", "sku_price_id"),
        ("Größe (m²)", "größe_m²"),
    ],
)
def test_headers_are_normalised(delivered: str, column: str) -> None:
    assert normalise_header(delivered) == column


@pytest.mark.parametrize(
    "content",
    [
        b"account_id,account_name\n007,Caf\xc3\xa9\n",
        b"\xef\xbb\xbfAccountId,Account Name\r\n007,Caf\xc3\xa9\r\n",
        b'\xef\xbb\xbf"Account ID","account-name"\n"007","Caf\xc3\xa9"\n',
        b"ACCOUNT_ID;ACCOUNT_NAME\n007;Caf\xc3\xa9",
        b"account_id\taccount_name\n007\tCaf\xc3\xa9\n",
        b"account_id|account_name\n007|Caf\xc3\xa9\n",
        b"account_id,account_name\n007,Caf\xe9\n",
        b"account_id,account_name\r007,Caf\xc3\xa9\r",
        "account_id,account_name\n007,Café\n".encode("utf-16"),
        b"\xfe\xff" + "account_id;account_name\r\n007;Café\r\n".encode("utf-16-be"),
        # a time in the bytes would give each worker of pytest a test of another name
        gzip.compress(b"account_id,account_name\n007,Caf\xc3\xa9\n", mtime=0),
    ],
)
def test_one_content_in_many_dresses(company: Company, content: bytes) -> None:
    name = ACCOUNTS + (".gz" if content.startswith(b"\x1f\x8b") else "")
    company.put(name, content)
    company.load()
    found = company.rows("ledger__accounts", "account_id, account_name, line_number")
    assert found == [("007", "Café", 2)]


def test_sep_line_of_a_spreadsheet_names_the_delimiter(company: Company) -> None:
    company.put(ACCOUNTS, "sep=;\naccount_id;account_name\n1;a,b\n")
    company.load()
    found = company.rows("ledger__accounts", "account_id, account_name, line_number")
    assert found == [("1", "a,b", 3)]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_rows_without_any_text_are_no_rows(company: Company, ending: str) -> None:
    lines = ("account_id,account_name", "1,a", ",", ' ,""', "2,b", ",", "")
    company.put(ACCOUNTS, ending.join(lines))
    company.load()
    found = company.rows("ledger__accounts", "account_id, account_name, line_number")
    assert found == [("1", "a", 2), ("2", "b", 5)]
    assert company.sql("select sum(row_count) from landing.files") == [(2,)]


def test_further_empty_and_repeated_headers_are_kept(company: Company) -> None:
    company.put(ACCOUNTS, "account_id,Colour,,colour,file_name,x\n1,red,e,blue,f,y\n")
    company.load()
    columns = "account_id, colour, column_3, colour_2, file_name_delivered, x, file_name"
    assert company.rows("ledger__accounts", columns) == [
        ("1", "red", "e", "blue", "f", "y", ACCOUNTS)
    ]
    assert "unclear_header" in company.kinds()


def test_a_missing_required_column_is_null_and_reported(company: Company) -> None:
    company.put(ACCOUNTS, "account,account_name\n1,One\n")
    company.load()
    assert company.rows("ledger__accounts", "account_id, account_name") == [(None, "One")]
    (problem,) = problems(company.connection)
    assert (problem.kind, problem.column_name) == ("missing_column", "account_id")
    assert "The headers are account, account_name" in problem.message


@pytest.mark.parametrize(
    ("name", "headers", "told"),
    [
        (ACCOUNTS, "account_id,acount_name", ("warning", "Did you mean account_name?")),
        (ACCOUNTS, "account_id,colour", None),  # companies keep columns of their own
        ("inputs/consumption/drivers.csv", "driver_id,driver_date,to_id,quantity,sender_id",
         ("warning", "is no column of consumption.drivers and is not read")),
        ("inputs/consumption/drivers.csv", "driver_id,driver_date,to_id,quantity,x_sender", None),
        ("cost_model/target_sets.csv", "target_set,to_layer,to_id,object_kindd",
         ("error", "a rule is never read in part. Did you mean object_kind?")),
        ("cost_model/target_sets.csv", "target_set,to_layer,to_id,colour",
         ("error", "a rule is never read in part. Correct it")),
        ("cost_model/target_sets.csv", "target_set,to_layer,to_id,x_note", None),
        ("cost_model/target_sets.csv", "target_set,to_layer,to_id,to_id",
         ("error", "the header 'to_id' is written twice")),
        ("cost_model/target_sets.csv", "target_set,,to_layer,to_id",
         ("warning", "the header '' is empty")),
    ],
)  # fmt: skip
def test_a_header_beyond_the_contract_is_told_where_it_could_be_meant(
    company: Company, name: str, headers: str, told: tuple[str, str] | None
) -> None:
    company.put(name, headers + "\n" + ",".join("1" for _ in headers.split(",")) + "\n")
    company.load()
    found = [(p.severity, p.message) for p in problems(company.connection)]
    assert len(found) == (told is not None)
    if told:
        assert found[0][0] == told[0]
        assert told[1] in found[0][1]


def test_values_stay_as_delivered(company: Company) -> None:
    company.put(
        ACCOUNTS, 'account_id,account_name\n007," (1,070.00) "\n1e5,NULL\n#1,\'q\'\n5" x,a\\\n'
    )
    company.load()
    assert company.rows("ledger__accounts", "account_id, account_name") == [
        ("007", " (1,070.00) "),
        ("1e5", "NULL"),
        ("#1", "'q'"),
        ('5" x', "a\\"),
    ]


# lines ----------------------------------------------------------------------------------------


def test_line_numbers_are_physical_lines(company: Company) -> None:
    company.put(ACCOUNTS, 'account_id,account_name\n1,"two\r\nlines"\n\n2,b\n   \n3,c\n\n')
    company.load()
    found = company.rows("ledger__accounts", "account_id, account_name, line_number")
    assert found == [("1", "two\r\nlines", 2), ("2", "b", 5), ("3", "c", 7)]


def test_line_numbers_follow_the_file_when_it_is_large(company: Company) -> None:
    lines = "".join(f'{number},"name {number % 97}"\n' for number in range(2, 400_002))
    company.put(ACCOUNTS, "account_id,account_name\n" + lines)
    company.connection.execute("set preserve_insertion_order = false")
    (file,) = company.load()
    assert file.row_count == 400_000
    assert company.sql(
        "select count(*) from landing.ledger__accounts where cast(account_id as bigint) "
        "<> line_number"
    ) == [(0,)]
    assert company.sql("select current_setting('preserve_insertion_order')") == [(False,)]


def test_a_stray_quote_does_not_swallow_the_file(company: Company) -> None:
    company.put(
        ACCOUNTS,
        'account_id,account_name,parent_account_id\n1,"open,x\n2,b,\n3,c,d,e\n4,"ok",\n5,"a"b,\n6\n',
    )
    (file,) = company.load()
    assert company.rows("ledger__accounts", "account_id, account_name, line_number") == [
        ("2", "b", 3),
        ("4", "ok", 5),
        ("6", None, 7),
    ]
    assert company.sql(
        "select line_number, reason_code, raw_row from landing.malformed_rows order by 1"
    ) == [
        (2, "malformed_row", '1,"open,x'),
        (4, "malformed_row", "3,c,d,e"),
        (6, "malformed_row", '5,"a"b,'),
    ]
    assert (file.row_count, file.malformed_count) == (6, 3)


def test_two_stray_quotes_do_not_swallow_the_rows_between(company: Company) -> None:
    header = "account_id,account_name,parent_account_id,account_type,expense_type\n"
    rows = ['1,a,b,c,"d\n', "2,a,b,c,d\n", "3,a,b,c,d\n", '4,a,b,c,d"\n', "5,a,b,c,d\n"]
    company.put(ACCOUNTS, header + "".join(rows))
    company.load()
    found = [row[0] for row in company.rows("ledger__accounts", "account_id")]
    assert found == ["2", "3", "4", "5"]


def test_delimiters_at_the_end_of_lines_are_no_columns(company: Company) -> None:
    company.put(ACCOUNTS, 'account_id,account_name,\n1,a,\n2,"b",,,\n3, "c,d" ,\n')
    company.load()
    found = company.rows("ledger__accounts", "account_id, account_name")
    assert found == [("1", "a"), ("2", "b"), ("3", "c,d")]


def test_the_fast_and_the_slow_reader_agree(company: Company) -> None:
    body = 'a,"x, y",c\n b , "q" ,""\n,,\n"1""2",5" disk,é\n'
    for name, tail in (("fast", ""), ("slow", "\n")):
        company.put(
            f"inputs/ledger/accounts/{name}.csv", f"account_id,account_name,z\n{body}{tail}"
        )
    company.load()
    fast, slow = (
        company.sql(
            "select account_id, account_name, z, line_number from landing.ledger__accounts "
            f"where contains(file_name, '{name}') order by line_number"
        )
        for name in ("fast", "slow")
    )
    assert fast == slow
    assert len(fast) == 3


# folders, formats -----------------------------------------------------------------------------


def test_file_folder_and_parquet_of_one_table_are_read_together(company: Company) -> None:
    company.put(ACCOUNTS, "account_id\n1\n")
    company.put("inputs/ledger/accounts/b/more.csv.gz", gzip.compress(b"account_id,z\n2,zz\n"))
    company.put("inputs/ledger/accounts/_SUCCESS", "")
    company.put("inputs/ledger/accounts/.hidden.csv", "account_id\n9\n")
    company.put("inputs/ledger/accounts/fiscal_period=2025-01/part.csv", "account_id\n3\n")
    target = company.folder / "inputs/ledger/accounts/c.parquet"
    company.connection.execute(f"copy (select '4' as \"AccountId\") to '{target}'")
    company.load()
    assert sorted(
        company.sql("select account_id, fiscal_period, z from landing.ledger__accounts"), key=str
    ) == sorted(
        [("1", None, None), ("2", None, "zz"), ("3", "2025-01", None), ("4", None, None)], key=str
    )


def test_parquet_values_become_plain_text(company: Company) -> None:
    company.settings("formats: {decimal_separator: ','}\n")
    target = company.folder / "inputs/cloud/cost_and_usage.parquet"
    target.parent.mkdir()
    company.connection.execute(
        f"""copy (
            select 1234.50::decimal(18, 2) as "BilledCost", 0.00000012::double as "ListCost",
                timestamptz '2025-01-31 23:00:00+00' as "BillingPeriodStart",
                map {{'app': 'x'}} as "Tags", 'NULL' as "InvoiceId", date '2025-02-01' as x_day,
                [1, 2] as x_list
        ) to '{target}'"""
    )
    company.load()
    columns = "billed_cost, list_cost, billing_period_start, tags, invoice_id, x_day, x_list"
    assert company.rows("cloud__cost_and_usage", columns) == [
        (
            "1234.50",
            "0.000000120000000000",
            "2025-01-31 23:00:00",
            '{"app":"x"}',
            None,
            "2025-02-01",
            "[1,2]",
        )
    ]
    assert company.rows("cloud__cost_and_usage", "line_number, decimal_separator") == [(1, ".")]


def test_large_parquet_is_not_copied(company: Company) -> None:
    target = company.folder / "inputs/ledger/accounts/a.parquet"
    target.parent.mkdir(parents=True)
    company.connection.execute(
        f"copy (select 'A' || range as account_id from range(1000)) to '{target}'"
    )
    (file,) = company.load(parquet_view_bytes=1)
    assert file.row_count == 1000
    kind = "select table_type from information_schema.tables where table_name = 'ledger__accounts'"
    assert company.sql(kind) == [("VIEW",)]
    assert company.rows("ledger__accounts", "account_id, line_number")[2] == ("A2", 3)
    company.load()
    assert company.sql(kind) == [("BASE TABLE",)]
    company.load(parquet_view_bytes=1)
    assert company.sql(kind) == [("VIEW",)]


def test_formats_stand_beside_every_row(company: Company) -> None:
    company.settings(
        "formats: {dates: [DD/MM/YYYY], decimal_separator: ',', domains: "
        "{ledger.vendors: {dates: [YYYYMMDD]}}}\n"
    )
    company.put(ACCOUNTS, "account_id\n1\n")
    company.put("inputs/ledger/vendors.csv", "vendor_id,vendor_name\n1,a\n")
    company.load()
    formats = "date_formats, decimal_separator"
    assert company.rows("ledger__accounts", formats) == [("|DD/MM/YYYY|YYYY-MM-DD|", ",")]
    assert company.rows("ledger__vendors", formats) == [("|YYYYMMDD|YYYY-MM-DD|", ",")]


def test_absent_tables_are_empty_with_their_columns(company: Company) -> None:
    assert company.load() == []
    contract = load_workspace(company.folder).contract
    for table in contract.tables:
        names = [row[0] for row in company.sql(f"describe landing.{table.relation}")]
        assert names[: len(table.columns)] == list(table.column_names)
        assert names[-4:] == ["file_name", "line_number", "date_formats", "decimal_separator"]
        assert company.sql(f"select count(*) from landing.{table.relation}") == [(0,)]
    assert ("company", "Test") in company.sql("select name, value from landing.settings")


def test_cloud_deliveries_are_named_and_null_is_null(company: Company) -> None:
    root = "inputs/cloud/cost_and_usage"
    company.put(f"{root}/2025-01-a/part1.csv", "BilledCost,InvoiceId\n1,NULL\n")
    company.put(f"{root}/2025-01-b/deep/part1.csv", "BilledCost,InvoiceId\n2,i\n")
    company.put(f"{root}/2025-02/part1.csv", "BilledCost\n3\n")
    company.put(f"{root}/2025-02/_INCOMPLETE", "")
    company.put(f"{root}/billing_period=2025-03/shard.csv", "BilledCost\n4\n")
    company.put(f"{root}/billing_period=2025-03/run7/shard.csv", "BilledCost\n5\n")
    company.put(f"{root}/delivery=8/month=3/shard.csv", "BilledCost\n6\n")
    company.put(f"{root}/given.csv", "BilledCost,x_DeliveryId\n7,mine\n")
    company.put(f"{root}/month=4/delivery=/shard.csv", "BilledCost\n8\n")
    company.put(f"{root}/shard_1.csv", "BilledCost\n9\n")
    company.put(f"{root}/shard_2.csv", "BilledCost\n10\n")
    company.load()
    assert company.rows("cloud__cost_and_usage", "billed_cost, invoice_id, x_delivery_id") == [
        ("1", None, "2025-01-a"),
        ("2", "i", "2025-01-b"),
        ("5", None, "run7"),
        ("4", None, ""),
        ("6", None, "8"),
        ("7", None, "mine"),
        ("8", None, ""),
        ("9", None, ""),
        ("10", None, ""),
    ]
    assert "incomplete_delivery" in company.kinds()


def test_a_single_file_of_cloud_charges_is_one_delivery(company: Company) -> None:
    company.put("inputs/cloud/cost_and_usage.csv", "BilledCost\n1\n")
    company.load()
    assert company.rows("cloud__cost_and_usage", "x_delivery_id") == [("",)]


def test_file_names_with_wildcards_stand_for_themselves(company: Company) -> None:
    company.put("inputs/ledger/accounts/a[1]*'?.csv", "account_id,account_name\n1,x\n")
    company.put("inputs/ledger/accounts/a1.csv", "account_id,account_name\n2,x\n")
    company.load()
    assert len(company.rows("ledger__accounts", "account_id")) == 2


# what is not a table --------------------------------------------------------------------------


def test_unknown_files_and_domains_are_reported_with_the_closest_name(company: Company) -> None:
    company.put("inputs/ledger/journal_line.csv", "a\n1\n")
    company.put("inputs/legder/accounts.csv", "a\n1\n")
    company.put("inputs/vendors.csv", "a\n1\n")
    company.put("inputs/ledger/README.md", "notes")
    company.put("inputs/ledger/accounts/book.xlsx", "x")
    company.load()
    found = {problem.file_name: problem.message for problem in problems(company.connection)}
    assert "Did you mean journal_lines?" in found["inputs/ledger/journal_line.csv"]
    assert "Did you mean ledger?" in found["inputs/legder/"]
    assert "Did you mean inputs/ledger/vendors.csv?" in found["inputs/vendors.csv"]
    assert "Save it as CSV" in found["inputs/ledger/accounts/book.xlsx"]
    assert len(found) == 4


@pytest.mark.parametrize(
    ("name", "content", "remedy"),
    [
        (ACCOUNTS, b"PK\x03\x04rest", "Excel workbook"),
        (ACCOUNTS, b"account_id\n\x00\x01\x02", "not a text file"),
        (ACCOUNTS, b"PAR1....", "ending .parquet"),
        (ACCOUNTS, b"account_id,n\n1,\x81\xff\n", "neither UTF-8"),
        (ACCOUNTS + ".gz", b"account_id\n1\n", "not a gzip file"),
        (
            ACCOUNTS + ".gz",
            gzip.compress(b"account_id\n1\n" * 9999, mtime=0)[:60],
            "damaged|cannot be read",
        ),
        ("inputs/ledger/accounts.parquet", b"account_id\n1\n", "not a readable Parquet file"),
    ],
)
def test_a_file_that_cannot_be_opened_is_named(
    company: Company, name: str, content: bytes, remedy: str
) -> None:
    company.put("inputs/ledger/vendors.csv", "vendor_id,vendor_name\n1,a\n")
    company.put(name, content)
    with pytest.raises(LandingError, match=remedy) as caught:
        company.load()
    assert name in str(caught.value)
    company.load(keep_going=True)
    assert company.rows("ledger__vendors", "vendor_id") == [("1",)]
    assert "unreadable_file" in company.kinds()


def test_links_out_of_the_workspace_are_refused(company: Company, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("account_id\n1\n", encoding="utf-8")
    (company.folder / "inputs/ledger").mkdir()
    (company.folder / ACCOUNTS).symlink_to(secret)
    with pytest.raises(LandingError, match="leads out of the workspace"):
        company.load()
    (company.folder / ACCOUNTS).unlink()
    (company.folder / "inputs/ledger/accounts").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(LandingError, match="leads out of the workspace"):
        company.load()


def test_the_cost_model_may_stand_elsewhere(company: Company, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/rule_sets.csv").write_text("rule_set,status\ncurrent,current\n", "utf-8")
    company.settings("cost_model: ../shared\n")
    company.load()
    assert company.rows("cost_model__rule_sets", "rule_set, file_name") == [
        ("current", "../shared/rule_sets.csv")
    ]


# again ----------------------------------------------------------------------------------------


def test_an_unchanged_file_is_not_read_again(company: Company) -> None:
    company.put("inputs/ledger/accounts/a.csv", "account_id,x\n1,a\n")
    company.put("inputs/ledger/accounts/b.csv", "account_id\n2\n")
    company.put("inputs/ledger/vendors.csv", 'vendor_id\n1\n"broken\n')
    assert all(file.was_read for file in company.load())
    started = time.perf_counter()
    assert not any(file.was_read for file in company.load())
    assert time.perf_counter() - started < 1
    company.put("inputs/ledger/accounts/b.csv", "account_id,y\n20,b\n")
    assert {f.file_name for f in company.load() if f.was_read} == {"inputs/ledger/accounts/b.csv"}
    assert company.rows("ledger__accounts", "account_id, x, y") == [
        ("1", "a", None),
        ("20", None, "b"),
    ]
    assert company.sql("select count(*) from landing.malformed_rows") == [(1,)]
    (company.folder / "inputs/ledger/accounts/a.csv").unlink()
    company.load()
    assert company.rows("ledger__accounts", "account_id, y") == [("20", "b")]
    assert len(company.sql("from landing.files")) == 2


def test_rows_of_unchanged_files_stay_where_they_are(company: Company) -> None:
    company.put("inputs/ledger/accounts/a.csv", "account_id,x\n1,a\n2,b\n")
    company.put("inputs/ledger/accounts/b.csv", 'account_id,x\n3,c\n"broken\n')
    company.put("inputs/ledger/accounts/c.csv", "account_id,x\n4,d\n")
    company.load()
    table = "select table_oid from duckdb_tables() where table_name = 'ledger__accounts'"
    before = company.sql(table)
    company.put("inputs/ledger/accounts/b.csv", "account_id,x\n30,c\n31,c\n")
    company.put("inputs/ledger/accounts/d.csv", "account_id\n5\n")
    (company.folder / "inputs/ledger/accounts/c.csv").unlink()
    company.load()
    assert company.sql(table) == before
    assert company.rows("ledger__accounts", "account_id, x") == [
        ("1", "a"),
        ("2", "b"),
        ("30", "c"),
        ("31", "c"),
        ("5", None),
    ]
    assert company.sql("from landing.malformed_rows") == []
    assert len(company.sql("from landing.files")) == 3


def test_a_changed_format_reads_the_file_again(company: Company) -> None:
    company.put(ACCOUNTS, "account_id\n1\n")
    company.load()
    company.settings("formats: {decimal_separator: ','}\n")
    assert [file.was_read for file in company.load()] == [True]
    assert company.rows("ledger__accounts", "decimal_separator") == [(",",)]


def test_a_mended_file_replaces_the_report_about_it(company: Company) -> None:
    path = company.put(ACCOUNTS, "account\n1\n")
    company.load()
    assert company.kinds() == {"missing_column"}
    path.write_text("account_id\n1\n", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    company.load()
    assert company.kinds() == set()


def test_a_failed_load_leaves_the_last_one_whole(company: Company) -> None:
    company.put(ACCOUNTS, "account_id\n1\n")
    company.load()
    company.put(ACCOUNTS, "account_id\n2\n3\n")
    company.put("inputs/ledger/vendors.csv", b"PK\x03\x04")
    with pytest.raises(LandingError):
        company.load()
    assert company.rows("ledger__accounts", "account_id") == [("1",)]
    leftovers = "select count(*) from information_schema.tables where contains(table_name, '__new')"
    assert company.sql(leftovers) == [(0,)]


# mappings -------------------------------------------------------------------------------------

PAYMENTS = (
    "Transaction Number,Code,Label,Net Amount,Payment date,Description\n"
    "T1,600,Software,10.00,2025-01-31,a\n"
    "T1,600,Software,20.00,2025-01-31,b\n"
    "T2,700,Hardware,30.00,2025-01-31,c\n"
)
MAPPINGS = """
mappings:
  ledger.journal_lines:
    - files: inputs/raw/pay*.csv
      columns: {account_id: Code, amount: net amount, posting_date: Payment date}
      constants: {currency_code: GBP, cost_center_id: 10}
      combine: {line_id: [Transaction Number, $line], document_id: [$file, Transaction Number]}
      dates: [DD/MM/YYYY]
  ledger.accounts:
    - files: inputs/raw/pay*.csv
      columns: {account_id: Code, account_name: Label}
      distinct: true
"""


def test_a_mapping_brings_another_layout_onto_the_contract(company: Company) -> None:
    company.settings(MAPPINGS)
    company.put("inputs/raw/pay1.csv", PAYMENTS)
    company.put("inputs/raw/notes.txt", "not of interest")
    company.load()
    columns = "line_id, document_id, account_id, amount, currency_code, cost_center_id, label"
    assert company.rows("ledger__journal_lines", columns)[:2] == [
        ("T1-2", "pay1-T1", "600", "10.00", "GBP", "10", "Software"),
        ("T1-3", "pay1-T1", "600", "20.00", "GBP", "10", "Software"),
    ]
    # a column that the mapping does not name is kept aside, even when its name is the contract's
    assert company.rows("ledger__journal_lines", "description, description_delivered")[0] == (
        None,
        "a",
    )
    assert company.rows("ledger__journal_lines", "date_formats")[0] == ("|DD/MM/YYYY|YYYY-MM-DD|",)
    assert company.kinds() == set()


def test_distinct_takes_a_row_once_over_all_files(company: Company) -> None:
    company.settings(MAPPINGS)
    company.put("inputs/raw/pay1.csv", PAYMENTS)
    company.put("inputs/raw/pay2.csv", PAYMENTS + "T3,800,Cloud,1,2025-01-31,\nT4,,,2,,\n")
    loaded = company.load()
    assert company.rows("ledger__accounts", "account_id, account_name, line_number") == [
        ("600", "Software", 2),
        ("700", "Hardware", 4),
        ("800", "Cloud", 5),
    ]
    counts = {f.file_name: f.row_count for f in loaded if f.table == "accounts"}
    assert counts == {"inputs/raw/pay1.csv": 2, "inputs/raw/pay2.csv": 1}


def test_a_mapped_file_is_not_read_by_its_name_as_well(company: Company) -> None:
    company.settings(MAPPINGS.replace("inputs/raw/pay*.csv", "inputs/ledger/journal_lines.csv"))
    company.put("inputs/ledger/journal_lines.csv", PAYMENTS)
    company.load()
    assert len(company.rows("ledger__journal_lines", "line_id")) == 3


def test_an_unknown_source_column_lists_the_headers(company: Company) -> None:
    company.settings(MAPPINGS.replace("account_name: Label", "account_name: Labels"))
    company.put("inputs/raw/pay1.csv", PAYMENTS)
    with pytest.raises(LandingError) as caught:
        company.load()
    message = str(caught.value)
    assert "mappings: ledger.accounts, entry 1" in message
    assert "Did you mean Label?" in message
    assert "Transaction Number, Code, Label" in message


def test_what_holds_for_a_file_is_told_once_for_all_its_tables(company: Company) -> None:
    company.settings(MAPPINGS)
    company.put("inputs/raw/pay1.csv", PAYMENTS.replace("Software", "Büro").encode("cp1252"))
    company.load()
    (problem,) = problems(company.connection)
    assert problem.kind == "not_utf8"


def test_a_mapping_that_matches_no_file_is_reported(company: Company) -> None:
    company.settings(MAPPINGS)
    company.load()
    assert "mapping_without_files" in company.kinds()


# literals and lookups -------------------------------------------------------------------------

DEVICES = "id,name,role,rack\n1,web, 2 ,7\n2,db,9,\n3,lb,9,8\n4,spare,,8\n"
ROLES = "id;slug\n1;router\n 2;server\n"
LOOKUPS = """
mappings:
  cmdb.configuration_items:
    - files: inputs/raw/device*.csv
      columns: {ci_name: name}
      combine: {ci_id: ["=device", id]}
      lookups: {ci_class: {from: role, file: inputs/raw/roles.csv, key: id, value: slug}}
  cmdb.relationships:
    - files: inputs/raw/device*.csv
      combine: {from_id: ["=device", id], to_id: ["=rack", rack]}
      constants: {relationship_type: hosted_on}
"""


def test_a_literal_stands_between_combined_columns(company: Company) -> None:
    company.settings(LOOKUPS)
    company.put("inputs/raw/devices.csv", DEVICES)
    company.put("inputs/raw/roles.csv", ROLES)
    company.load()
    # a key of nothing but empty columns is empty, so that the row is rejected and not mislinked
    assert company.rows("cmdb__relationships", "from_id, to_id") == [
        ("device-1", "rack-7"),
        ("device-2", None),
        ("device-3", "rack-8"),
        ("device-4", "rack-8"),
    ]


@pytest.mark.parametrize("devices", [DEVICES, DEVICES.replace("lb", '"l\nb"')])
def test_a_lookup_fills_a_column_from_another_file(company: Company, devices: str) -> None:
    company.settings(LOOKUPS)
    company.put("inputs/raw/devices.csv", devices)
    company.put("inputs/raw/roles.csv", ROLES)
    company.load()
    assert company.rows("cmdb__configuration_items", "ci_id, ci_class, role") == [
        ("device-1", "server", " 2 "),
        ("device-2", "9", "9"),
        ("device-3", "9", "9"),
        ("device-4", None, None),
    ]
    (problem,) = problems(company.connection)
    assert (problem.severity, problem.kind) == ("warning", "lookup_not_found")
    assert (problem.line_number, problem.column_name, problem.value) == (3, "ci_class", "9")
    assert "inputs/raw/roles.csv, which does not have '9' in id: 2 rows" in problem.message
    assert "the first on line 3" in problem.message


def test_a_changed_lookup_file_reads_the_mapped_files_again(company: Company) -> None:
    company.settings(LOOKUPS)
    company.put("inputs/raw/devices.csv", DEVICES)
    path = company.put("inputs/raw/roles.csv", ROLES)
    company.load()
    assert not any(file.was_read for file in company.load())
    path.write_text(ROLES + "9;switch\n", encoding="utf-8")
    assert {file.table for file in company.load() if file.was_read} == {"configuration_items"}
    assert company.kinds() == set()
    assert company.rows("cmdb__configuration_items", "ci_class")[1] == ("switch",)


def test_a_lookup_may_be_parquet_and_a_table_of_its_own(company: Company) -> None:
    company.settings(
        """
mappings:
  ledger.journal_lines:
    - files: inputs/raw/pay.csv
      columns: {line_id: Transaction Number, account_id: Code}
      lookups:
        description: {from: Code, file: inputs/ledger/accounts.parquet, key: id, value: label}
"""
    )
    company.put("inputs/raw/pay.csv", PAYMENTS)
    path = company.folder / "inputs/ledger/accounts.parquet"
    path.parent.mkdir(parents=True)
    company.connection.execute(
        "copy (select 600 as id, '600' as account_id, 'Seats' as label) "
        f"to '{path}' (format parquet)"
    )
    company.load()
    found = company.rows("ledger__journal_lines", "account_id, description")
    assert found == [("600", "Seats"), ("600", "Seats"), ("700", "700")]
    assert company.rows("ledger__accounts", "account_id") == [("600",)]


def test_a_lookup_file_beside_the_domains_is_not_out_of_place(company: Company) -> None:
    company.settings(LOOKUPS.replace("inputs/raw/roles", "inputs/codes/roles"))
    company.put("inputs/raw/devices.csv", DEVICES.replace("9", "1"))
    company.put("inputs/codes/roles.csv", ROLES)
    company.load()
    assert company.kinds() == set()


def test_lookups_with_distinct_count_every_row_that_was_not_found(company: Company) -> None:
    company.settings(LOOKUPS.replace("      columns: {ci_name: name}\n", "      distinct: true\n"))
    company.put("inputs/raw/devices.csv", DEVICES + DEVICES.split("\n", 1)[1])
    company.put("inputs/raw/roles.csv", ROLES)
    company.load()
    assert len(company.rows("cmdb__configuration_items", "ci_id")) == 4
    (problem,) = problems(company.connection)
    assert ": 4 rows" in problem.message


@pytest.mark.parametrize(
    ("settings", "roles", "remedy"),
    [
        (LOOKUPS, ROLES + "1;switch\n", r"roles.csv, line 4: the key '1' of id stands in line 2"),
        (LOOKUPS, ROLES + '2;"open\n', "roles.csv, line 4: the record cannot be cut"),
        (LOOKUPS, "", "roles.csv: the file is empty"),
        (LOOKUPS, None, "roles.csv: there is no such file, but mappings: cmdb.configuration_items"),
        (LOOKUPS.replace("slug", "slugs"), ROLES, "column slugs.* Did you mean slug"),
        (LOOKUPS.replace("from: role", "from: rolle"), ROLES, "column rolle.* Did you mean role"),
    ],
)
def test_a_lookup_that_cannot_work_says_why(
    company: Company, settings: str, roles: str | None, remedy: str
) -> None:
    company.settings(settings)
    company.put("inputs/raw/devices1.csv", DEVICES)
    company.put("inputs/raw/devices2.csv", DEVICES)
    if roles is not None:
        company.put("inputs/raw/roles.csv", roles)
    with pytest.raises(LandingError, match=remedy):
        company.load()


def test_a_lookup_file_that_leads_out_of_the_workspace_is_refused(
    company: Company, tmp_path: Path
) -> None:
    company.settings(LOOKUPS)
    company.put("inputs/raw/devices.csv", DEVICES)
    (tmp_path / "roles.csv").write_text(ROLES, encoding="utf-8")
    (company.folder / "inputs/raw/roles.csv").symlink_to(tmp_path / "roles.csv")
    with pytest.raises(LandingError, match="leads out of the workspace"):
        company.load()


# the same twice, or nothing -------------------------------------------------------------------

PAY = """
mappings:
  ledger.journal_lines:
    - files: inputs/raw/*.csv
      columns: {posting_date: Date, amount: Amount}
      combine: {line_id: [$file, $line]}
"""


def told(company: Company, kind: str) -> list[str]:
    return [p.message for p in problems(company.connection) if p.kind == kind]


def test_a_file_that_is_delivered_twice_is_an_error(company: Company) -> None:
    company.settings(PAY)
    company.put("inputs/raw/a.csv", "Date,Amount\n2025-01-31,1\n")
    company.put("inputs/raw/b.csv", "Date,Amount\n2025-01-31,2\n")
    company.put("inputs/ledger/vendors/a.csv", "vendor_id\n1\n")
    company.load()
    assert told(company, "duplicate_file") == []
    company.put("inputs/raw/b (1).csv", "Date,Amount\n2025-01-31,2\n")
    company.put("inputs/ledger/vendors/b.csv", "vendor_id\n1\n")
    company.load()
    vendors, pay = told(company, "duplicate_file")
    assert vendors.startswith("inputs/ledger/vendors/a.csv and inputs/ledger/vendors/b.csv are")
    assert pay.startswith("inputs/raw/b (1).csv and inputs/raw/b.csv are the same file")
    assert "Delete one, or if both are meant" in pay
    company.put("inputs/raw/b (1).csv", "Date,Amount\n2025-01-31,2\n\n")
    company.put("inputs/ledger/vendors/b.csv", "vendor_id\n2\n")
    company.load()
    assert told(company, "duplicate_file") == []
    assert len(company.rows("ledger__journal_lines", "line_id")) == 3


def test_equal_files_that_mean_different_things_are_no_duplicates(company: Company) -> None:
    name = "combine: {line_id: [$file, $line], legal_entity_id: [$file]}"
    company.settings(PAY.replace("combine: {line_id: [$file, $line]}", name))
    for month in ("1", "2"):
        company.put(f"inputs/raw/{month}.csv", "Date,Amount\n2025-01-31,1\n")
        company.put(f"inputs/cloud/cost_and_usage/{month}/a.csv", "BilledCost\n1\n")
        company.put(f"inputs/ledger/vendors/region={month}/a.csv", "vendor_id\n1\n")
        company.put(f"inputs/ledger/accounts/{month}.csv", "account_id\n")
    company.load()
    assert told(company, "duplicate_file") == []
    company.put("inputs/cloud/cost_and_usage/1/b.csv", "BilledCost\n1\n")
    company.load()
    assert len(told(company, "duplicate_file")) == 1


def test_files_without_rows_are_warned_of_where_others_stand(company: Company) -> None:
    company.settings(PAY)
    company.put("inputs/raw/a.csv", "Date,Amount\n2025-01-31,1\n")
    company.put("inputs/raw/b.csv", "sep=,\r\nDate,Amount\r\n")
    company.put("inputs/raw/c.csv", "")
    company.put("inputs/ledger/vendors/a.csv", "vendor_id\n1\n")
    company.put("inputs/ledger/vendors/b.csv", "vendor_id\n".encode("utf-16"))
    company.put("inputs/ledger/vendors/c.csv.gz", gzip.compress(b"vendor_id\n"))
    company.put("inputs/ledger/vendors/e.csv", "V9;Acme\n")
    company.put("inputs/ledger/vendors/f.csv", "sep=;\nVendor ID\n")
    company.put("inputs/ledger/vendors/g.csv", "\n")
    company.connection.execute(
        "copy (select 'x' as vendor_id limit 0) to "
        f"'{company.folder}/inputs/ledger/vendors/d.parquet'"
    )
    company.put(ACCOUNTS, "account_id,account_name\n")
    company.load()
    found = told(company, "empty_file")
    assert [message.split(".")[0].rpartition("/")[2] for message in found] == list("ebcdfgbc")
    assert "holds one line, which names no column of ledger.vendors and was taken" in found[0]
    assert "c.csv is empty (0 bytes). Was it cut off?" in found[-1]
    assert "b.csv holds no rows. Was it cut off?" in found[-2]


def test_bad_paths_are_reported_when_the_load_keeps_going(company: Company, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("account_id\n1\n", encoding="utf-8")
    company.put("inputs/ledger/vendors.csv", "vendor_id\n1\n")
    (company.folder / ACCOUNTS).symlink_to(tmp_path / "secret.csv")
    (company.folder / "inputs/ledger/cost_centers.csv").symlink_to(tmp_path / "nothing.csv")
    company.load(keep_going=True)
    found = told(company, "unreadable_file")
    assert len(found) == 2
    assert all("leads out of the workspace" in message for message in found)
    assert company.rows("ledger__vendors", "vendor_id") == [("1",)]
    assert company.rows("ledger__accounts", "account_id") == []
