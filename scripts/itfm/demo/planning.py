"""Two budget versions of 2025 and a forecast of the first half of 2026.

The first version was written in autumn 2024: last year's cloud bill plus 8%, and no idea of how
fast the AI platform would grow. The second was revised in the middle of the year: it holds six
months as they came and corrects the rest. The forecast covers January to June 2026, the months
that have no actuals yet, so that no month is both actual and forecast; it contains running
projects but no new purchases of equipment.
"""

from __future__ import annotations

import duckdb

PLAN_STREAMS = """
create or replace temp table plan_months as
select
    s.account_id, s.cost_center_id, s.vendor_group, s.project_id, s.service_id, s.application_id,
    s.consumer_id, s.expense_type, s.currency_code, s.entry_type, s.stream_id, s.growth,
    s.last_idx, m.idx, m.fiscal_period, m.plan_amount,
    case when s.entry_type = 'cloud' then coalesce(b.plan_amount * 1.08, m.plan_amount * 0.9)
        else m.plan_amount end as autumn_amount,
    case when s.cost_center_id = 'CC1430' then 0.78 else 1 end as blind_spot,
    draw(mix(concat('plan:', s.cost_center_id, s.account_id)), 0) * 0.12 - 0.05 as error
from stream_months as m
inner join stream_details as s on m.stream_id = s.stream_id
left join stream_months as b on m.stream_id = b.stream_id and b.idx = m.idx - 12
where m.idx >= 24 and s.entry_type <> 'accrual'
"""

PLAN_LINES = """
with versions as (
    select p.*, v.version,
        case
            when v.version = 'budget_2025_v1' then p.autumn_amount * (1 + p.error) * p.blind_spot
            when p.idx < 30 then p.plan_amount * (1 + p.error / 12)
            else p.plan_amount * (1 + p.error * 0.9 - 0.02) * (1 - (1 - p.blind_spot) / 4)
        end as amount,
        p.fiscal_period as posting_date
    from plan_months as p
    cross join (values ('budget_2025_v1'), ('budget_2025_v2')) as v (version)
    union all
    select p.*, 'forecast_2026_01',
        p.plan_amount * (1 + p.growth + if(p.entry_type = 'cloud', 0.14, 0)),
        (p.fiscal_period + interval 12 month)::date
    from plan_months as p
    where p.idx < 30 and p.last_idx >= p.idx + 12 and p.stream_id not like 'cap-%'
),

summed as (
    select
        version, posting_date, account_id, cost_center_id, vendor_group, project_id, service_id,
        application_id, consumer_id, expense_type, currency_code,
        sum((amount * 100)::bigint) / 100 as amount
    from versions
    group by all
)

select
    case version when 'budget_2025_v1' then 'B1-' when 'budget_2025_v2' then 'B2-' else 'F1-' end
    || lpad((row_number() over (
        partition by version
        order by posting_date, cost_center_id, s.account_id, s.vendor_group, project_id, service_id,
            application_id, consumer_id
    ))::varchar, 6, '0') as line_id,
    version,
    posting_date,
    s.account_id,
    cost_center_id,
    v.vendor_id,
    project_id,
    service_id,
    application_id,
    consumer_id,
    s.expense_type,
    concat(a.account_name, coalesce(', ' || v.vendor_name, '')) as description,
    amount::decimal(18, 2) as amount,
    currency_code
from summed as s
inner join accounts as a on s.account_id = a.account_id
left join vendor_picks as v on s.vendor_group = v.vendor_group and v.pick = 0
where amount <> 0
order by line_id
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create budget and forecast lines."""
    con.execute(PLAN_STREAMS)
    con.execute(f"""
        create or replace table budget_lines as
        select line_id, version as budget_version, * exclude (line_id, version)
        from ({PLAN_LINES})
        where version like 'budget%'
    """)
    con.execute(f"""
        create or replace table forecast_lines as
        select line_id, version as forecast_version, * exclude (line_id, version)
        from ({PLAN_LINES})
        where version like 'forecast%'
    """)
