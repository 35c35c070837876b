"""Who used how much of each service, and the drivers that other rules weigh by.

Technical services serve each other in a circle: identity uses the network, the network is watched
by monitoring, monitoring raises contacts at the service desk, which needs identity and network.
The first half of 2026 holds the planned volumes that the forecast is allocated by.
"""

from __future__ import annotations

import duckdb

from itfm.demo.sql import table_from_list


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create service usage and drivers."""
    table_from_list(
        con,
        "usage_list",
        "service_usage",
        {"growth": "double", "first_idx": "integer", "last_idx": "integer"},
    )
    create_service_usage(con)
    create_drivers(con)


def create_service_usage(con: duckdb.DuckDBPyConnection) -> None:
    """Measured volumes by month, planned volumes for the forecast, and a few corrections.

    Hosting and databases are used by applications, as the CMDB counts their machines.
    """
    con.execute("""
        create or replace table service_usage as
        with listed as (
            select *, unnest(string_split(users, ',')) as entry from usage_list
        ),

        monthly_users as (
            select service_id, used_by_type, string_split(entry, ':')[1] as used_by_id,
                string_split(entry, ':')[2]::double as quantity, growth / 100 as growth, season,
                first_idx, last_idx
            from listed
            union all
            select 'SVC-HST', 'application', r.from_id, count(*), 0, 'flat', 0,
                if(a.retired_on is null, 99, 20)
            from relationships as r
            inner join application_details as a on r.from_id = a.application_id
            where r.relationship_type = 'runs_on'
            group by r.from_id, a.retired_on
            union all
            select 'SVC-DBS', 'application', r.from_id, count(*), 0, 'flat', 0,
                if(a.retired_on is null, 99, 20)
            from relationships as r
            inner join application_details as a on r.from_id = a.application_id
            where r.relationship_type = 'uses'
            group by r.from_id, a.retired_on
            union all
            select 'SVC-CNT', 'application', application_id, 4 + number % 5, 0.05, 'flat', 0, 99
            from application_details
            where home_service_id in ('SVC-ECM', 'SVC-CRM')
        ),

        periods as (
            select * from calendar where idx > 35 - getvariable('months')
        ),

        by_month as (
            select
                u.*,
                c.idx,
                c.end_date,
                c.month_name,
                c.fiscal_year,
                u.quantity * pow(1 + u.growth, greatest(0, c.idx - u.first_idx) / 12.0) * f.factor
                * if(u.quantity >= 20 and c.fiscal_year < 2026, 0.96
                    + 0.08 * draw(mix(concat('use:', u.service_id, used_by_id, month_name)), 0), 1)
                as measured
            from monthly_users as u
            inner join periods as c on c.idx between u.first_idx and u.last_idx
            inner join seasons as f on u.season = f.season and c.month_number = f.month_number
            left join consumers as b on u.used_by_id = b.consumer_id
            where b.retired_on is null or c.fiscal_period <= b.retired_on
        ),

        corrections as (
            select *, -round(measured * 0.02) as correction
            from by_month
            where service_id = 'SVC-DSK' and used_by_id in ('BU01', 'BU04')
                and idx % 5 = 0 and fiscal_year < 2026
        ),

        together as (
            select *, round(measured)::bigint as final_quantity, 'U' as mark from by_month
            union all
            select * exclude (correction), correction::bigint, 'K' from corrections
        )

        select
            concat('US-', strftime(t.end_date, '%Y%m'), '-', t.service_id, '-', t.used_by_id, '-',
                t.mark) as usage_id,
            t.service_id,
            t.end_date as usage_date,
            t.used_by_type,
            t.used_by_id,
            t.final_quantity as quantity,
            s.unit_of_measure as unit
        from together as t
        inner join services as s on t.service_id = s.service_id
        where t.final_quantity <> 0
        order by usage_id
    """)


def create_drivers(con: duckdb.DuckDBPyConnection) -> None:
    """Drivers delivered by quarter, half year or month; what is missing between carries forward."""
    con.execute("""
        create or replace table drivers as
        with live_applications as (
            select *, mix(concat('driver:', application_id)) as bits
            from application_details
            where home_service_id not in ('SVC-EDI')
        ),

        storage_by_quarter as (
            select 'storage_tb' as driver_id, m.fiscal_period as driver_date, null as from_id,
                a.application_id as to_id,
                greatest(1, round(6 * spread(a.bits, 0.8) * pow(1.14, m.idx / 12.0)))::bigint
                as quantity,
                'terabytes' as unit
            from live_applications as a
            inner join months as m
                on m.month_number % 3 = 1 or m.idx = 36 - getvariable('months')
            where a.retired_on is null or a.retired_on >= m.fiscal_period
        ),

        seats_by_half_year as (
            select 'licence_seats', m.fiscal_period, null, a.application_id,
                (20 + pick(a.bits, 1, 900) * if(a.criticality = 'critical', 2, 1)
                    + m.idx * 2)::bigint,
                'seats'
            from live_applications as a
            inner join months as m
                on m.month_number % 6 = 1 or m.idx = 36 - getvariable('months')
            where a.retired_on is null or a.retired_on >= m.fiscal_period
        ),

        power_by_year as (
            select 'power_kw', m.fiscal_period, null, p.service_id, p.kilowatts + m.idx // 12, 'kW'
            from months as m
            inner join (values
                ('SVC-HST', 96), ('SVC-DBS', 34), ('SVC-STO', 41), ('SVC-BKP', 22),
                ('SVC-NET', 28), ('SVC-AIP', 24)
            ) as p (service_id, kilowatts)
                on m.month_number = 1 or m.idx = 36 - getvariable('months')
        ),

        graphics_hours as (
            select 'gpu_hours', m.fiscal_period, 'AI Compute', c.application_id, c.quantity::bigint,
                'hours'
            from cloud_meters as c
            inner join months as m on c.idx = m.idx
            where c.service_name = 'GPU Machines'
        ),

        model_tokens as (
            select 'llm_tokens', m.fiscal_period, 'AI Models', c.application_id, c.quantity::bigint,
                'million tokens'
            from cloud_meters as c
            inner join months as m on c.idx = m.idx
            where c.service_name = 'Model Inference'
        ),

        collaboration_seats as (
            select 'collaboration_seats', last_day(date_trunc('quarter', usage_date)), 'SVC-COL',
                used_by_id, max(quantity), 'seats'
            from service_usage
            where service_id = 'SVC-COL' and year(usage_date) < 2026
            group by all
        ),

        -- the page counters were connected in October 2025
        printed_pages as (
            select 'printed_pages', m.fiscal_period, null, c.consumer_id, c.headcount * 9::bigint,
                'pages'
            from consumers as c
            inner join months as m on m.idx >= 33
            where c.retired_on is null
        )

        from storage_by_quarter
        union all from seats_by_half_year
        union all from power_by_year
        union all from graphics_hours
        union all from model_tokens
        union all from collaboration_seats
        union all from printed_pages
        order by driver_id, driver_date, from_id, to_id
    """)
