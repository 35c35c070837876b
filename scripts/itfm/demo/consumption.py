"""Who used how much of each service, and the drivers that other rules weigh by.

Technical services serve each other in a circle: identity uses the network, the network is watched
by monitoring, monitoring raises contacts at the service desk, which needs identity and network.
The first half of 2026 holds the planned volumes that the forecast is allocated by.
"""

from __future__ import annotations

import duckdb

from itfm.demo.sql import table_from_text

# service | kind of user | user:quantity a month in 2023 | growth a year in percent | season
# | first and last month (counted from January 2023)
USAGE = """
SVC-WPL|consumer|BU01:1820,BU02:370,BU03:235,BU04:780,BU05:540,BU06:270,BU07:145,BU08:225,BU09:74,BU10:345,BU12:80|2|flat|0|99
SVC-COL|consumer|BU01:2300,BU02:385,BU03:240,BU04:990,BU05:720,BU06:268,BU07:148,BU08:224,BU09:75,BU10:335,BU12:90|2|flat|0|99
SVC-MOB|consumer|BU01:880,BU03:150,BU04:260,BU05:470,BU06:55,BU07:30,BU08:95,BU09:25,BU10:60,BU12:15|3|flat|0|99
SVC-ERP|consumer|BU01:510,BU03:125,BU04:370,BU05:285,BU06:248,BU09:18,BU11:60,BU12:28|1|flat|0|99
SVC-ECM|consumer|BU02:455,BU11:52|9|yearend|0|99
SVC-POS|consumer|BU01:1830,BU11:410|1|flat|0|99
SVC-SCM|consumer|BU02:360,BU03:410,BU04:880,BU05:2050,BU12:105|4|yearend|0|99
SVC-MES|consumer|BU04:45,BU10:2,BU12:4|0|flat|0|99
SVC-HRS|consumer|BU01:4200,BU02:380,BU03:240,BU04:1900,BU05:1150,BU06:260,BU07:140,BU08:210,BU09:70,BU10:320,BU12:95|1|flat|0|99
SVC-CRM|consumer|BU01:118,BU02:305,BU03:82,BU11:44|3|flat|0|99
SVC-BIA|consumer|BU01:400,BU02:165,BU03:88,BU04:250,BU05:190,BU06:205,BU07:38,BU08:150,BU09:14,BU10:108|6|flat|0|99
SVC-AIP|consumer|BU02:900,BU04:420,BU05:1300,BU06:760,BU07:1700,BU08:640,BU10:1500|75|flat|6|99
SVC-EDI|consumer|BU03:1480,BU05:390,BU11:690|-14|flat|0|31
SVC-IDM|consumer|BU01:3100,BU02:395,BU03:250,BU04:1250,BU05:880,BU06:280,BU07:155,BU08:235,BU09:78,BU10:350,BU11:240,BU12:95|2|flat|0|99
SVC-IDM|service|SVC-NET:45,SVC-MON:60,SVC-DSK:70,SVC-HST:180,SVC-ERP:620,SVC-ECM:310,SVC-AIP:140|2|flat|0|99
SVC-NET|consumer|BU01:3600,BU02:420,BU03:210,BU04:1480,BU05:1120,BU06:240,BU07:120,BU08:190,BU09:60,BU10:380,BU12:70|1|flat|0|99
SVC-NET|service|SVC-IDM:64,SVC-MON:130,SVC-DSK:85,SVC-HST:880,SVC-STO:310,SVC-POS:1900,SVC-COL:420,SVC-MES:360|1|flat|0|99
SVC-MON|service|SVC-NET:250,SVC-HST:280,SVC-DBS:105,SVC-CNT:88,SVC-IDM:24,SVC-DSK:12,SVC-ECM:76,SVC-AIP:38,SVC-POS:60,SVC-INT:34|3|flat|0|99
SVC-DSK|consumer|BU01:2450,BU02:310,BU03:160,BU04:900,BU05:690,BU06:180,BU07:95,BU08:170,BU09:45,BU10:230,BU11:120,BU12:60|2|flat|0|99
SVC-DSK|service|SVC-NET:60,SVC-IDM:420,SVC-MON:22,SVC-WPL:380|2|flat|0|99
SVC-HST|service|SVC-DBS:42,SVC-MON:14,SVC-CNT:30,SVC-IDM:8|2|flat|0|99
SVC-STO|consumer|BU01:95,BU02:130,BU03:30,BU04:110,BU05:70,BU06:60,BU07:22,BU08:150,BU09:35,BU10:240,BU12:12|9|flat|0|99
SVC-STO|service|SVC-BIA:310,SVC-BKP:120,SVC-ECM:90|9|flat|0|99
SVC-BKP|service|SVC-DBS:240,SVC-STO:330,SVC-HST:190,SVC-BIA:110|7|flat|0|99
SVC-CNT|service|SVC-INT:14,SVC-AIP:22,SVC-BIA:18,SVC-MON:6|8|flat|0|99
SVC-INT|service|SVC-ERP:14000,SVC-ECM:21500,SVC-SCM:15200,SVC-POS:8800,SVC-CRM:4900|6|yearend|0|99
SVC-INT|service|SVC-EDI:1200|-14|flat|0|31
SVC-SEC|consumer|BU01:2700,BU02:410,BU03:240,BU04:1050,BU05:700,BU06:275,BU07:148,BU08:230,BU09:76,BU10:370,BU11:310,BU12:85|2|flat|0|99
SVC-SEC|service|SVC-HST:320,SVC-WPL:260,SVC-AIP:60|2|flat|0|99
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create service usage and drivers."""
    table_from_text(
        con,
        "usage_list",
        [
            "service_id",
            "used_by_type",
            "users",
            "growth double",
            "season",
            "first_idx integer",
            "last_idx integer",
        ],
        USAGE,
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
        )

        from storage_by_quarter
        union all from seats_by_half_year
        union all from power_by_year
        union all from graphics_hours
        union all from model_tokens
        union all from collaboration_seats
        order by driver_id, driver_date, from_id, to_id
    """)
