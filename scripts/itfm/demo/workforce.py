"""Who works in IT: about 220 positions, their yearly cost, and what their hours went to.

Payroll in the ledger is computed from these positions, so head count, rates and salaries agree.
"""

from __future__ import annotations

import duckdb

from itfm.demo.sql import table_from_list


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create employees, rates and time sheets."""
    table_from_list(
        con,
        "position_list",
        "positions",
        {"internals": "integer", "externals": "integer", "yearly_pay": "integer"},
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
    table_from_list(con, "work", "work", {"share": "decimal(4, 2)"})
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
