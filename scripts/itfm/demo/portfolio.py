"""Projects with their cash flows, risks, service levels and incidents."""

from __future__ import annotations

import duckdb

from itfm.demo.sql import table_from_text

# name | status | sponsor | service | application | run, grow or transform | start | months | budget
PROJECTS = """
Finance Close Acceleration|completed|BU06|SVC-ERP|General Ledger|grow|2023-02-01|10|620000
Invoice Capture Rollout|completed|BU06|SVC-ERP|Invoice Capture|grow|2023-05-01|8|340000
Checkout Redesign|completed|BU02|SVC-ECM|Checkout|grow|2023-01-01|12|980000
Search Relevance|completed|BU02|SVC-ECM|Shop Search|grow|2023-08-01|7|410000
Warehouse System Renewal|completed|BU05|SVC-SCM|Warehouse Management|transform|2023-03-01|20|2450000
Transport Visibility|completed|BU05|SVC-SCM|Transport Management|grow|2024-01-01|9|560000
Till Replacement Wave 1|completed|BU01|SVC-POS|Till Software|run|2023-04-01|14|1900000
Till Replacement Wave 2|active|BU01|SVC-POS|Till Software|run|2024-09-01|18|2100000
Loyalty Renewal|active|BU01|SVC-POS|Loyalty Program|grow|2025-02-01|12|780000
Payroll Consolidation|completed|BU07|SVC-HRS|Payroll|transform|2023-06-01|12|690000
Learning Platform|completed|BU07|SVC-HRS|Learning|grow|2024-02-01|6|180000
Plant Historian Upgrade|completed|BU04|SVC-MES|Plant Historian|run|2023-09-01|8|430000
Quality Laboratory Digitization|active|BU04|SVC-MES|Quality Laboratory|grow|2025-01-01|14|650000
Energy Monitoring|completed|BU04|SVC-MES|Energy Monitoring|grow|2024-03-01|9|310000
Customer Care Renewal|completed|BU02|SVC-CRM|Case Management|transform|2023-10-01|14|1150000
Customer Chat|completed|BU02|SVC-CRM|Customer Chat|grow|2024-05-01|8|420000
Lakehouse Foundation|completed|BU10|SVC-BIA|Data Lake|transform|2023-07-01|16|1380000
Master Data Program|active|BU06|SVC-BIA|Master Data Hub|transform|2024-06-01|22|1640000
AI Gateway|completed|BU10|SVC-AIP|Model Gateway|transform|2023-06-01|10|870000
Staff Assistant|active|BU07|SVC-AIP|Staff Assistant|transform|2024-08-01|20|1250000
Demand Forecast by Model|active|BU05|SVC-AIP|Demand Forecast Model|transform|2024-10-01|16|940000
Visual Inspection Pilot|cancelled|BU04|SVC-AIP|Visual Inspection|transform|2024-04-01|8|520000
Document Understanding|active|BU06|SVC-AIP|Document Understanding|grow|2025-03-01|12|610000
Zero Trust Access|active|BU09|SVC-IDM|Single Sign-On|run|2024-11-01|18|890000
Privileged Access Renewal|completed|BU09|SVC-IDM|Privileged Access|run|2023-11-01|9|360000
Integration Renewal|active|BU02|SVC-INT|API Gateway|run|2025-01-01|15|720000
Device Management Renewal|completed|BU01|SVC-WPL|Device Management|run|2024-01-01|10|380000
Intranet Renewal|on_hold|BU07|SVC-COL|Intranet|grow|2025-06-01|9|290000
Partner Gateway Retirement|approved|BU03|SVC-EDI|Message Translator|run|2026-01-01|6|210000
Treasury Renewal|proposed|BU06|SVC-ERP|Treasury Workstation|grow|2026-04-01|10|450000
"""

RISKS = """
Ransomware stops the online shop|SVC-ECM||security|0.06|9500000|420000|open|Chief Information Security Officer
Loss of the Columbus data center|SVC-HST||continuity|0.02|14000000|380000|mitigated|Data Center Manager
ERP release leaves vendor support|SVC-ERP|General Ledger|obsolescence|0.35|1800000|650000|open|ERP Manager
Partner gateway has no successor team|SVC-EDI|Message Translator|obsolescence|0.4|700000|210000|open|Integration Manager
Single supplier for till software|SVC-POS|Till Software|vendor|0.15|3200000|120000|accepted|Store Technology Manager
Personal data leaves the assistant|SVC-AIP|Staff Assistant|compliance|0.08|5200000|190000|open|AI Platform Manager
Model makes wrong order forecasts|SVC-AIP|Demand Forecast Model|project|0.2|1100000|80000|open|AI Platform Manager
Privileged account misuse|SVC-IDM|Privileged Access|security|0.05|6400000|240000|mitigated|Identity Manager
Backup cannot be restored in time|SVC-BKP||continuity|0.07|4100000|160000|open|Storage Manager
Network core outage|SVC-NET||continuity|0.05|3800000|290000|mitigated|Network Manager
Payroll error at year end|SVC-HRS|Payroll|compliance|0.1|450000|40000|accepted|Corporate Applications Manager
Cloud price increase beyond plan|SVC-HST||vendor|0.3|900000|60000|open|Cloud Platform Manager
Licence audit of the database estate|SVC-DBS||compliance|0.25|1300000|90000|open|Head of Vendor Management
Warehouse system peak overload|SVC-SCM|Warehouse Management|continuity|0.12|2200000|150000|open|Supply Chain Manager
Plant control network intrusion|SVC-MES|Plant Control|security|0.04|7200000|310000|open|Supply Chain Manager
Key staff of the mainframe-era tax engine leave|SVC-ERP|Tax Engine|obsolescence|0.3|380000|50000|closed|ERP Manager
Contact center supplier insolvency|SVC-CRM|Contact Center|vendor|0.06|950000|70000|open|Commerce Manager
Report figures disagree with the ledger|SVC-BIA|Report Portal|compliance|0.2|300000|45000|open|Data Platform Manager
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create projects, cash flows, risks, service levels and incidents."""
    table_from_text(
        con,
        "project_list",
        [
            "project_name",
            "status",
            "sponsor_consumer_id",
            "service_id",
            "application_name",
            "investment_type",
            "start_date date",
            "duration integer",
            "approved_budget integer",
        ],
        PROJECTS,
    )
    con.execute("""
        create or replace table projects as
        select
            'PRJ' || (300 + row_order) as project_id,
            project_name,
            p.status,
            sponsor_consumer_id,
            service_id,
            a.application_id,
            investment_type,
            start_date,
            (start_date + interval 1 month * duration - interval 1 day)::date as end_date,
            approved_budget::decimal(18, 2) as approved_budget,
            'USD' as currency_code,
            duration
        from project_list as p
        inner join application_details as a on p.application_name = a.application_name
        order by project_id
    """)
    create_cash_flows(con)
    create_risks(con)
    create_performance(con)


def create_cash_flows(con: duckdb.DuckDBPyConnection) -> None:
    """Quarterly costs while a project runs and five years of benefits after it."""
    con.execute("""
        create or replace table cash_flows as
        with costs as (
            select
                p.project_id,
                (p.start_date + interval 3 month * q.quarter)::date as flow_date,
                'cost' as flow_type,
                -p.approved_budget / ceil(p.duration / 3.0)
                * (0.85 + 0.3 * draw(mix(concat('cost:', p.project_id, q.quarter)), 0)) as amount
            from projects as p
            cross join (select unnest(range(8))::integer as quarter) as q
            where q.quarter < ceil(p.duration / 3.0)
        ),

        benefits as (
            select
                p.project_id,
                (p.end_date + interval 1 year * y.year)::date as flow_date,
                'benefit' as flow_type,
                p.approved_budget
                * case p.investment_type when 'run' then 0.2 when 'grow' then 0.36 else 0.31 end
                * (0.6 + 0.8 * draw(mix(concat('benefit:', p.project_id)), 0)) as amount
            from projects as p
            cross join (select unnest(range(1, 6))::integer as year) as y
            where p.status <> 'cancelled'
        ),

        together as (
            from costs
            union all from benefits
        )

        select
            'CF' || (10000 + row_number() over (order by project_id, flow_date, flow_type))
            as cash_flow_id,
            project_id,
            flow_date,
            flow_type,
            amount::decimal(18, 2) as amount,
            'USD' as currency_code
        from together
        order by cash_flow_id
    """)


def create_risks(con: duckdb.DuckDBPyConnection) -> None:
    """The risk register; two risks leave the expected loss to be computed."""
    table_from_text(
        con,
        "risk_list",
        [
            "risk_name",
            "service_id",
            "application_name",
            "category",
            "likelihood decimal(4, 2)",
            "impact decimal(18, 2)",
            "mitigation_cost decimal(18, 2)",
            "status",
            "owner_name",
        ],
        RISKS,
    )
    con.execute("""
        create or replace table risks as
        select
            'RSK' || lpad(r.row_order::varchar, 3, '0') as risk_id,
            r.risk_name,
            r.service_id,
            a.application_id,
            r.category,
            r.likelihood,
            r.impact,
            case when r.row_order % 9 <> 0
                then (r.likelihood * r.impact)::decimal(18, 2) end as expected_loss,
            r.mitigation_cost,
            'USD' as currency_code,
            r.status,
            r.owner_name,
            (date '2026-01-15' + r.row_order * 9)::date as review_date
        from risk_list as r
        left join application_details as a on r.application_name = a.application_name
        order by risk_id
    """)


def create_performance(con: duckdb.DuckDBPyConnection) -> None:
    """Monthly availability, satisfaction and response time, and incidents with their downtime."""
    con.execute("""
        create or replace table service_levels as
        select
            s.service_id,
            m.end_date as measure_date,
            t.metric_name,
            t.target_value::decimal(10, 3) as target_value,
            case t.metric_name
                when 'availability' then least(100, 99.93
                    + 0.08 * bell(mix(concat('available:', s.service_id, m.month_name))))
                when 'satisfaction' then 4.2
                    + 0.25 * bell(mix(concat('satisfied:', s.service_id, m.month_name)))
                else 26 + 6 * bell(mix(concat('response:', s.service_id, m.month_name)))
            end::decimal(10, 3) as actual_value,
            t.unit
        from services as s
        cross join months as m
        inner join (values
            ('availability', 99.9, 'percent', 'any'),
            ('satisfaction', 4.0, 'score', 'business'),
            ('response_time', 30.0, 'minutes', 'SVC-DSK')
        ) as t (metric_name, target_value, unit, holds_for)
            on t.holds_for in ('any', s.service_type, s.service_id)
        order by s.service_id, measure_date, t.metric_name
    """)
    con.execute("""
        create or replace table incidents as
        with drawn as (
            select
                a.application_id,
                a.home_service_id as service_id,
                m.fiscal_period,
                m.days,
                m.month_name,
                unnest(range(3))::integer as attempt
            from application_details as a
            cross join months as m
            where a.retired_on is null or a.retired_on >= m.fiscal_period
        ),

        happened as (
            select *, mix(concat('incident:', application_id, month_name, attempt)) as bits
            from drawn
        ),

        timed as (
            select
                *,
                mix(concat('length:', application_id, month_name, attempt)) as length_bits,
                fiscal_period::timestamp + interval 1 minute * pick(bits, 2, days * 1440)
                as opened_at
            from happened
            where draw(bits, 0) < 0.3
        ),

        measured as (
            select
                *,
                greatest(5, round(90 * spread(length_bits, 0.9)))::integer as minutes,
                case when draw(bits, 1) < 0.03 then 'P1' when draw(bits, 1) < 0.15 then 'P2'
                    when draw(bits, 1) < 0.55 then 'P3' else 'P4' end as priority
            from timed
        )

        select
            'INC' || (500000 + row_number() over (order by opened_at, application_id, attempt))
            as incident_id,
            service_id,
            application_id,
            opened_at,
            opened_at + interval 1 minute * minutes as resolved_at,
            priority,
            if(priority in ('P1', 'P2'), minutes, 0) as downtime_minutes
        from measured
        order by incident_id
    """)
