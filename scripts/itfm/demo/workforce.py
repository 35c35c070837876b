"""Who works in IT: about 220 positions, their yearly cost, and what their hours went to.

Payroll in the ledger is computed from these positions, so head count, rates and salaries agree.
"""

from __future__ import annotations

import duckdb

from itfm.demo.sql import table_from_text

# cost centre | role | internal positions | external positions | yearly pay in local currency
POSITIONS = """
CC1110|Director|4|0|205000
CC1110|Executive Assistant|2|0|68000
CC1120|Technology Finance Analyst|4|0|94000
CC1130|Enterprise Architect|4|0|148000
CC1140|Vendor Manager|3|0|98000
CC1210|Data Center Technician|5|0|72000
CC1220|Server Engineer|8|1|98000
CC1230|Storage Engineer|5|0|101000
CC1240|Network Engineer|8|1|99000
CC1250|Collaboration Engineer|4|0|88000
CC1260|Database Administrator|6|1|109000
CC1270|Cloud Engineer|8|3|128000
CC1310|ERP Consultant|9|3|116000
CC1310|Application Support Analyst|4|0|84000
CC1320|Software Engineer|12|5|122000
CC1320|Product Owner|3|0|119000
CC1330|Software Engineer|8|2|118000
CC1330|Application Support Analyst|4|0|83000
CC1340|Application Support Analyst|6|1|86000
CC1350|Integration Engineer|6|2|113000
CC1410|Data Engineer|9|2|124000
CC1410|Reporting Analyst|4|0|91000
CC1430|Machine Learning Engineer|6|2|156000
CC1510|Service Desk Agent|10|0|56000
CC1520|Workplace Engineer|6|0|76000
CC1530|Deskside Technician|8|0|58000
CC1610|Security Analyst|8|1|112000
CC1620|Identity Engineer|4|0|106000
CC1630|IT Risk Manager|3|0|114000
CC1710|Project Manager|6|2|118000
CC1720|Service Manager|4|0|97000
CC1730|Operations Analyst|8|0|74000
CC2010|Server Engineer|4|0|56000
CC2020|Software Engineer|5|2|64000
CC3010|Store Systems Technician|7|0|66000
"""

# cost centre | what the hours go to | objects, of which one is drawn for a quarter | share
WORK = """
CC1110|tower|Tech Management & Strategy|0.9
CC1110|tower|Tech Human Capital Management|0.1
CC1120|tower|Tech Finance|1
CC1130|tower|Enterprise Architecture|0.8
CC1130|project|any|0.2
CC1140|tower|Tech Vendor Management|1
CC1210|tower|Enterprise Data Center|0.85
CC1210|tower|Disaster Recovery|0.15
CC1220|tower|Servers|0.85
CC1220|service|SVC-HST|0.15
CC1230|tower|Online Storage|0.6
CC1230|tower|Offline Storage|0.4
CC1240|tower|LAN,WAN|0.7
CC1240|tower|Network Management|0.3
CC1250|tower|Voice & Collaboration|0.8
CC1250|tower|Conferencing & AV|0.2
CC1260|tower|Database|1
CC1270|service|SVC-HST,SVC-CNT|0.5
CC1270|tower|Container Orchestration|0.3
CC1270|project|any|0.2
CC1310|application|SVC-ERP|0.35
CC1310|application|SVC-ERP|0.15
CC1310|tower|Support & Operations|0.25
CC1310|tower|Development|0.15
CC1310|project|any|0.1
CC1320|application|SVC-ECM,SVC-POS,SVC-CRM|0.3
CC1320|application|SVC-ECM|0.2
CC1320|tower|Development|0.3
CC1320|tower|Support & Operations|0.1
CC1320|project|any|0.1
CC1330|application|SVC-SCM,SVC-MES|0.4
CC1330|tower|Development|0.25
CC1330|tower|Support & Operations|0.25
CC1330|project|any|0.1
CC1340|application|SVC-HRS,SVC-COL|0.5
CC1340|tower|Support & Operations|0.4
CC1340|project|any|0.1
CC1350|tower|Middleware|0.6
CC1350|application|SVC-INT,SVC-EDI|0.4
CC1410|tower|Data Management,Data Operations|0.5
CC1410|application|SVC-BIA|0.5
CC1430|tower|AI Models|0.6
CC1430|application|SVC-AIP|0.4
CC1510|tower|Help Desk|1
CC1520|tower|Workspace|0.8
CC1520|tower|Mobile Devices|0.2
CC1530|tower|Deskside Support|1
CC1610|tower|Digital Security|0.9
CC1610|project|any|0.1
CC1620|tower|Identity & Access Governance|1
CC1630|tower|Regulatory & Audit,Risk Management|1
CC1710|tower|Tech Portfolio & Project Management|0.4
CC1710|project|any|0.6
CC1720|tower|Service Management|0.7
CC1720|tower|Client Management|0.3
CC1730|tower|Operations Center|1
CC2010|tower|Servers,LAN|1
CC2020|application|SVC-ERP,SVC-SCM|0.5
CC2020|tower|Development,Support & Operations|0.5
CC3010|application|SVC-POS|0.5
CC3010|tower|Support & Operations|0.5
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create employees, rates and time sheets."""
    table_from_text(
        con,
        "position_list",
        [
            "cost_center_id",
            "role_name",
            "internals integer",
            "externals integer",
            "yearly_pay integer",
        ],
        POSITIONS,
    )
    create_employees(con)
    create_rates(con)
    create_timesheets(con)


def create_employees(con: duckdb.DuckDBPyConnection) -> None:
    """One position a row; one in six joined or left during the three years."""
    con.execute("""
        create or replace table employee_details as
        with positions as (
            select *, unnest(range(internals + externals))::integer as place
            from position_list
        ),

        numbered as (
            select *, row_number() over (order by row_order, place) as number
            from positions
        ),

        drawn as (
            select *, mix(concat('employee:', number)) as bits from numbered
        )

        select
            'E' || lpad((2000 + number * 7)::varchar, 5, '0') as employee_id,
            role_name,
            d.cost_center_id,
            if(place < internals, 'internal', 'external') as employment_type,
            case when place >= internals then v.vendor_id end as vendor_id,
            case when draw(bits, 0) < 0.08 then 0.8 when draw(bits, 0) < 0.11 then 0.6
                else 1 end::decimal(4, 2) as fte,
            case c.legal_entity_id when 'FH02' then 'Leeds' when 'FH03' then 'Field'
                else if(draw(bits, 0) > 0.85, 'Remote', 'Columbus') end as location,
            case when draw(bits, 1) < 0.1
                then date '2023-02-01' + interval 1 month * pick(bits, 2, 30)
                end::date as valid_from,
            case when draw(bits, 1) > 0.94
                then last_day(date '2023-06-01' + interval 1 month * pick(bits, 2, 28))
                end::date as valid_to,
            (yearly_pay * (0.85 + 0.3 * draw(bits, 2)))::integer as yearly_pay,
            c.legal_entity_id,
            if(c.legal_entity_id = 'FH02', 'GBP', 'USD') as currency_code
        from drawn as d
        inner join cost_center_names as c on d.cost_center_id = c.cost_center_id
        inner join vendor_picks as v
            on v.vendor_group = if(c.legal_entity_id = 'FH02', 'wayfarer', 'deltaone')
            and v.pick = 0
        order by employee_id
    """)


def create_rates(con: duckdb.DuckDBPyConnection) -> None:
    """Cost of an hour by role and year, pay and surcharges over 1,720 hours, rising 3.5% a year."""
    con.execute("""
        create or replace table labor_rates as
        select
            role_name,
            round(max(yearly_pay) * 1.32 * pow(1.035, year - 2023) / 1720, 2)::decimal(18, 2)
            as hourly_rate,
            'USD' as currency_code,
            make_date(year, 1, 1) as valid_from,
            make_date(year, 12, 31) as valid_to
        from position_list
        cross join (select unnest([2023, 2024, 2025])::integer as year)
        group by role_name, year
        order by role_name, valid_from
    """)


def create_timesheets(con: duckdb.DuckDBPyConnection) -> None:
    """Monthly hours on towers, services, applications and projects.

    What a person works on is drawn for a quarter; a project only counts while it runs.
    """
    table_from_text(
        con, "work", ["cost_center_id", "object_type", "objects", "share decimal(4, 2)"], WORK
    )
    con.execute("""
        create or replace table timesheets as
        with recorded as (
            select
                e.employee_id,
                e.fte,
                m.fiscal_period,
                m.end_date,
                m.month_number,
                w.row_order,
                w.object_type,
                w.objects,
                w.share,
                mix(concat('work:', e.employee_id, m.fiscal_year, (m.month_number - 1) // 3,
                    w.row_order)) as quarter_bits,
                mix(concat('hours:', e.employee_id, m.month_name, w.row_order)) as bits
            from employee_details as e
            inner join work as w on e.cost_center_id = w.cost_center_id
            inner join months as m
                on coalesce(e.valid_from, date '2000-01-01') <= m.end_date
                and coalesce(e.valid_to, date '2999-12-31') >= m.fiscal_period
        ),

        own_objects as (
            select *,
                list_extract(string_split(objects, ','),
                    pick(quarter_bits, 0, len(string_split(objects, ','))) + 1) as object_name
            from recorded
        ),

        application_lists_by_service as (
            select home_service_id, list(application_id order by number) as applications
            from application_details
            where retired_on is null
            group by home_service_id
        ),

        running_projects as (
            select m.fiscal_period, list(p.project_id order by p.project_id) as projects
            from months as m
            inner join projects as p
                on p.start_date <= m.end_date and p.end_date >= m.fiscal_period
                and p.status in ('active', 'completed')
            group by m.fiscal_period
        ),

        named as (
            select
                o.*,
                case o.object_type
                    when 'application' then list_extract(
                        a.applications, pick(quarter_bits, 1, len(a.applications)) + 1)
                    when 'project' then list_extract(
                        r.projects, pick(quarter_bits, 1, len(r.projects)) + 1)
                    else o.object_name
                end as object_id
            from own_objects as o
            left join application_lists_by_service as a on o.object_name = a.home_service_id
            left join running_projects as r on o.fiscal_period = r.fiscal_period
        )

        select
            concat('TS-', strftime(fiscal_period, '%Y%m'), '-', employee_id, '-', row_order)
            as timesheet_id,
            employee_id,
            end_date as work_date,
            object_type,
            object_id,
            (round(148 * fte * share * (0.9 + 0.2 * draw(bits, 0))
                * case month_number when 8 then 0.82 when 12 then 0.78 else 1 end * 4)
                / 4)::decimal(8, 2) as hours
        from named
        where object_id is not null
        order by timesheet_id
    """)
