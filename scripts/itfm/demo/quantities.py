"""Quantities beside the money: invented emissions of cloud, power and devices, and heads.

They carry the account, cost centre and tag of the ledger lines that they stand beside, so that the
same rules move both. The factors are made up; no provider and no grid has them.
"""

from __future__ import annotations

import duckdb


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the quantities of all months, with a few corrections and one row in another unit."""
    con.execute("""
        create or replace table quantities as
        with cloud_resource_months as (
            select
                m.*,
                r.provider,
                r.sub_account_id,
                r.region_name,
                json_extract_string(r.tags, '$.service') as service_id,
                json_extract_string(r.tags, '$.application') as application_id,
                json_extract_string(r.tags, '$.business_unit') as consumer_id,
                (r.monthly_cost * pow(1 + r.growth, greatest(0, m.idx - r.first_idx) / 12.0)
                    * if(r.region_id = 'us-east', 0.42, 0.09)
                    * (0.9 + 0.2 * draw(mix(concat('carbon:', r.region_id, m.month_name)), 0))
                )::decimal(18, 6) as kilograms
            from cloud_resources as r
            inner join months as m on r.first_idx <= m.idx
        ),

        cloud as (
            select
                concat('CL-', strftime(r.fiscal_period, '%Y%m'), '-', r.sub_account_id, '-',
                    coalesce(service_id, application_id, r.consumer_id, 'NONE')) as quantity_id,
                'kgCO2e' as measure,
                'kg' as unit,
                r.end_date as quantity_date,
                a.account_id,
                a.cost_center_id,
                p.provider_name as vendor_name,
                r.service_id,
                r.application_id,
                r.consumer_id,
                'measured' as entry_type,
                concat('Cloud emissions ', a.sub_account_name, ' ', r.month_name) as description,
                round(sum(r.kilograms), 4)::decimal(18, 4) as quantity,
                r.idx
            from cloud_resource_months as r
            inner join cloud_sub_accounts as a
                on r.provider = a.provider and r.sub_account_id = a.sub_account_id
            inner join cloud_providers as p on r.provider = p.provider
            group by all
        ),

        power as (
            select
                concat('PW-', strftime(fiscal_period, '%Y%m')), 'kgCO2e', 'kg', end_date,
                '006620', 'CC1210', null, null, null, null, 'measured',
                concat('Electricity emissions ', month_name),
                ((245 + idx / 2.0) * 24 * days * 0.36
                    * (0.95 + 0.1 * draw(mix(concat('grid:', month_name)), 0)))::decimal(18, 4),
                idx
            from months
        ),

        devices as (
            select
                concat('DV-', strftime(m.fiscal_period, '%Y%m')), 'kgCO2e', 'kg', m.end_date,
                '006560', 'CC1520', null, null, null, null, 'estimated',
                concat('Making of devices, a 48th ', m.month_name),
                (sum(i.cost_weight) * 310 / 48)::decimal(18, 4),
                m.idx
            from months as m
            inner join item_details as i
                on i.ci_class = 'end_user_device' and i.installed_on <= m.end_date
            group by all
        ),

        heads as (
            select
                concat('HC-', strftime(m.fiscal_period, '%Y%m'), '-', e.cost_center_id),
                'headcount', 'FTE', m.end_date, '006110', e.cost_center_id, null, null, null, null,
                'measured', concat('Own employees ', m.month_name), sum(e.fte)::decimal(18, 4),
                m.idx
            from employee_details as e
            inner join months as m
                on coalesce(e.valid_from, date '2000-01-01') <= m.end_date
                and coalesce(e.valid_to, date '2999-12-31') >= m.end_date
            where e.employment_type = 'internal'
            group by all
        ),

        measured as (
            from cloud
            union all from power
            union all from devices
            union all from heads
        ),

        power_readings as (
            select * from measured where quantity_id like 'PW-%'
        ),

        -- twice a year a meter reading turns out to have been too high
        corrections as (
            select * replace (
                replace(quantity_id, 'PW-', 'PK-') as quantity_id,
                'correction' as entry_type,
                concat(description, ', meter corrected') as description,
                (quantity * -0.03)::decimal(18, 4) as quantity
            )
            from power_readings
            where idx % 6 = 1
        ),

        -- someone reported tonnes once
        in_tonnes as (
            select * replace (
                replace(quantity_id, 'PW-', 'PT-') as quantity_id,
                't' as unit,
                (quantity / 1000)::decimal(18, 4) as quantity
            )
            from power_readings
            where idx = (select max(idx) - 1 from months)
        )

        select * exclude (idx) from measured
        union all select * exclude (idx) from corrections
        union all select * exclude (idx) from in_tonnes
        order by quantity_id
    """)
