"""Supplier contracts: one for each running purchase, more for what has ended, with their lines."""

from __future__ import annotations

import duckdb


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create 120 contracts and link the ledger streams to theirs.

    The largest purchases of the stream list have a contract of their own, written over three
    years from 2023 on; suppliers then have older contracts until there are 120.
    """
    con.execute("""
        create or replace table contract_details as
        with bought as (
            select
                concat('buy-', lpad(l.row_order::varchar, 3, '0')) as stream_id,
                l.*
            from stream_list as l
            where l.vendor_group is not null and l.vendor_group <> 'small'
        ),

        running as (
            select *, row_number() over (order by thousand_a_year desc, stream_id) as place,
                1 as turn
            from bought
        ),

        former as (
            select *, 1000 + row_number() over (order by thousand_a_year desc, stream_id) as place,
                2 as turn
            from bought
        ),

        chosen as (
            select *, row_number() over (order by place) as number
            from (from running union all from former)
            qualify number <= 120
        )

        select
            'CT-' || lpad((1000 + number * 3)::varchar, 5, '0') as contract_id,
            stream_id,
            turn,
            c.cost_center_id,
            c.account_id,
            v.vendor_id,
            trim(regexp_replace(replace(replace(c.description, '{n}', ''), '{month}', ''),
                '[ ,]+$', '')) as subject,
            case
                when c.account_id in ('006310') then 'licence'
                when c.account_id in ('006320', '006350') then 'saas'
                when c.account_id in ('006330', '006510') then 'maintenance'
                when c.account_id in ('006220', '006230') then 'outsourcing'
                when c.account_id in ('006520', '006610') then 'lease'
                when c.account_id like '0067%' then 'telecom'
                when c.account_id like '0064%' then 'cloud'
                else 'consulting'
            end as contract_type,
            case when turn = 2 then date '2019-07-01' + 30 * pick(bits, 0, 12)
                else date '2023-01-01' + 30 * pick(bits, 0, 10) - 120 end as start_date,
            case when turn = 2 then 36 else 36 + 12 * pick(bits, 1, 3) end as term_months,
            30 * (1 + pick(bits, 2, 6)) as notice_days,
            draw(bits, 1) < 0.4 as is_auto_renewing,
            c.thousand_a_year,
            c.named,
            n.manager_name as owner_name,
            if(n.legal_entity_id = 'FH02', 'GBP', 'USD') as currency_code
        from (select *, mix(concat('contract:', stream_id, turn)) as bits from chosen) as c
        inner join vendor_picks as v on c.vendor_group = v.vendor_group and v.pick = 0
        inner join cost_center_names as n on c.cost_center_id = n.cost_center_id
        order by number
    """)
    con.execute("""
        create or replace table contract_streams as
        select stream_id, contract_id from contract_details where turn = 1
    """)
    con.execute("""
        create or replace table contract_lines as
        with parts as (
            select
                *,
                (start_date + interval 1 month * term_months - interval 1 day)::date as end_date,
                1 + pick(mix(concat('parts:', contract_id)), 0, 3) as parts
            from contract_details
        ),

        numbered as (
            select *, unnest(range(1, parts + 1))::integer as part from parts
        )

        select
            n.contract_id || '-' || n.part as contract_line_id,
            n.contract_id,
            n.subject || case n.part when 1 then '' when 2 then ', support'
                else ', additional volume' end as description,
            a.application_id,
            case when n.named like 'svc:%' then substr(n.named, 5) end as service_id,
            n.start_date,
            n.end_date,
            (10 + pick(mix(concat('quantity:', n.contract_id, n.part)), 0, 900))::integer
            as quantity,
            case n.contract_type when 'licence' then 'licence' when 'saas' then 'user'
                when 'maintenance' then 'device' when 'consulting' then 'hour'
                else 'month' end as unit,
            (n.thousand_a_year * 1000.0 * n.term_months / 12
                * case when n.parts = 1 then 1 when n.part = 1 then 0.7
                    else 0.3 / (n.parts - 1) end)::decimal(18, 2) as amount,
            n.currency_code
        from numbered as n
        left join application_details as a on n.named = 'app:' || a.application_name
        order by contract_line_id
    """)
    con.execute("""
        create or replace table contracts as
        select
            c.contract_id,
            c.subject as contract_name,
            c.vendor_id,
            null::varchar as vendor_name,
            c.contract_type,
            c.start_date,
            max(l.end_date) as end_date,
            c.notice_days,
            c.is_auto_renewing,
            sum(l.amount) as total_value,
            c.currency_code,
            c.owner_name,
            c.cost_center_id
        from contract_details as c
        inner join contract_lines as l on c.contract_id = l.contract_id
        group by all
        order by c.contract_id
    """)
