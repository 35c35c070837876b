"""Projects with their cash flows, risks, service levels and incidents."""

from __future__ import annotations

import duckdb

from itfm.demo.sql import table_from_list


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create projects, cash flows, risks, service levels and incidents."""
    table_from_list(
        con,
        "project_list",
        "projects",
        {"start_date": "date", "duration": "integer", "approved_budget": "integer"},
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
    table_from_list(
        con,
        "risk_list",
        "risks",
        {
            "likelihood": "decimal(4, 2)",
            "impact": "decimal(18, 2)",
            "mitigation_cost": "decimal(18, 2)",
        },
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
