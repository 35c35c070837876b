"""Who the company is: months, legal entities, cost centres, accounts, vendors, consumers, rates.

The Fernhollow Group makes and sells household goods. Its holding in the United States keeps the
books in USD, as does the retail company; the United Kingdom company keeps its own ledger in GBP.
"""

from __future__ import annotations

import duckdb

from itfm.demo.sql import table_from_list

# first and second parts of the names of small suppliers, every combination of which is one record
SMALL_FIRST = "Alder Birch Cedar Dogwood Elm Fir Hazel Juniper Linden Maple Oak Rowan Spruce Willow"


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the organisation's tables."""
    create_months(con)
    create_exchange_rates(con)
    create_cost_centers(con)
    table_from_list(con, "accounts", "accounts")
    create_vendors(con)
    table_from_list(con, "consumers", "consumers", {"headcount": "integer", "retired_on": "date"})


def create_months(con: duckdb.DuckDBPyConnection) -> None:
    """Make the months with actuals, which end in December 2025, and the calendar around them.

    `idx` counts months from January 2023 and drives growth, so that a shorter demo shows the
    same last months as a longer one.
    """
    con.execute("""
        create or replace table calendar as
        select
            month::date as fiscal_period,
            strftime(month, '%Y-%m') as month_name,
            strftime(month, '%b %Y') as month_text,
            strftime(month, '%Y') || '-P' || strftime(month, '%m') as period_name,
            year(month)::integer as fiscal_year,
            month(month)::integer as month_number,
            ((year(month) - 2023) * 12 + month(month) - 1)::integer as idx,
            day(last_day(month))::integer as days,
            last_day(month) as end_date,
            (month + interval 1 month)::date as next_period
        from generate_series(date '2019-01-01', date '2026-06-01', interval 1 month) as m (month)
        order by month
    """)
    con.execute("""
        create or replace table months as
        select * from calendar
        where fiscal_period <= date '2025-12-01'
            and idx > 35 - getvariable('months')
        order by idx
    """)


def create_exchange_rates(con: duckdb.DuckDBPyConnection) -> None:
    """Average and closing rates of GBP in USD: a slow wave with small noise, to six digits.

    The first half of 2026 holds planning rates, fixed at one level as treasury publishes them.
    """
    con.execute("""
        create or replace table exchange_rates as
        with waves as (
            select
                *,
                1.262 + 0.035 * sin(idx / 5.0)
                + 0.006 * bell(mix(concat('rate:', month_name))) as average_rate,
                1.262 + 0.035 * sin((idx + 0.5) / 5.0)
                + 0.006 * bell(mix(concat('closing:', month_name))) as closing_rate
            from calendar
            where idx > 35 - getvariable('months')
        )

        select
            'GBP' as from_currency,
            'USD' as to_currency,
            rate_type,
            end_date as rate_date,
            case
                when fiscal_year = 2026 then 1.27
                when rate_type = 'average' then average_rate
                else closing_rate
            end::decimal(12, 6) as rate
        from waves
        cross join (values ('average'), ('closing')) as t (rate_type)
        order by rate_type, rate_date
    """)


def create_cost_centers(con: duckdb.DuckDBPyConnection) -> None:
    """Cost centres, one of them renamed at the start of 2025 and so with two dated rows."""
    table_from_list(con, "cost_center_names", "cost_centers", {"is_it": "boolean"})
    con.execute("""
        create or replace table cost_centers as
        select
            * exclude (row_order),
            null::date as valid_from,
            case when cost_center_id = 'CC1610' then date '2024-12-31' end as valid_to
        from cost_center_names
        union all
        select
            * exclude (row_order) replace ('Cyber Defense Center' as cost_center_name),
            date '2025-01-01',
            null
        from cost_center_names
        where cost_center_id = 'CC1610'
        order by cost_center_id, valid_from nulls first
    """)


def create_vendors(con: duckdb.DuckDBPyConnection) -> None:
    """Vendor master: 65 named records and small suppliers up to 150.

    `vendor_picks` says which records a ledger stream of a vendor group may use: the six spellings
    of one software house all appear on its invoices.
    """
    table_from_list(con, "named_vendors", "named_vendors")
    table_from_list(con, "small_vendors", "small_vendors")
    con.execute(
        """
        create or replace table vendor_records as
        with small as (
            select
                'small' as vendor_group,
                f.first || ' ' || s.second as vendor_name,
                s.country_code,
                1000 + row_number() over (order by s.row_order, f.first) as row_order
            from (select unnest(string_split(?, ' ')) as first) as f
            cross join small_vendors as s
        ),

        every_record as (
            select vendor_group, vendor_name, country_code, row_order from named_vendors
            union all
            select vendor_group, vendor_name, country_code, row_order from small
        )

        select
            'V' || (10000 + row_number() over (order by row_order))::varchar as vendor_id,
            vendor_name,
            vendor_group,
            country_code,
            row_order
        from every_record
        order by row_order
    """,
        [SMALL_FIRST],
    )
    con.execute("""
        create or replace table vendor_picks as
        select
            vendor_group,
            vendor_id,
            vendor_name,
            (row_number() over (partition by vendor_group order by vendor_id) - 1)::integer as pick,
            (count(*) over (partition by vendor_group))::integer as picks
        from vendor_records
    """)
    con.execute("""
        create or replace table vendors as
        select
            v.vendor_id,
            v.vendor_name,
            case when v.vendor_group = 'granary' and p.vendor_id <> v.vendor_id
                then p.vendor_id end as parent_vendor_id,
            v.country_code
        from vendor_records as v
        inner join vendor_picks as p on v.vendor_group = p.vendor_group and p.pick = 0
        order by v.vendor_id
    """)
