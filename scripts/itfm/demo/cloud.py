"""Cloud bills of two providers in the columns of FOCUS 1.2, and what the ledger owes for them.

Resources are drawn once; every month each of them gets a cost, which its charge rows share. The
bill adds a savings plan (a purchase whose effective cost lies on the usage it covers, the unused
rest visible), a marketplace subscription, and one rounding row for each account, so that every
account's billed cost is a whole number of cents and can be paid by one ledger line.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from itfm.demo.sql import quoted, table_from_list

FOCUS_COLUMNS = """
    null as AvailabilityZone,
    c.billed_cost as BilledCost,
    p.billing_account_id as BillingAccountId,
    p.billing_account_name as BillingAccountName,
    'Billing account' as BillingAccountType,
    'USD' as BillingCurrency,
    strftime(m.next_period, '%Y-%m-%dT00:00:00Z') as BillingPeriodEnd,
    strftime(m.fiscal_period, '%Y-%m-%dT00:00:00Z') as BillingPeriodStart,
    null as CapacityReservationId,
    null as CapacityReservationStatus,
    c.charge_category as ChargeCategory,
    null as ChargeClass,
    c.charge_description as ChargeDescription,
    case c.charge_category when 'Usage' then 'Usage-Based' when 'Purchase' then 'Recurring'
        else 'One-Time' end as ChargeFrequency,
    strftime(m.fiscal_period + c.last_day, '%Y-%m-%dT00:00:00Z') as ChargePeriodEnd,
    strftime(m.fiscal_period + c.first_day, '%Y-%m-%dT00:00:00Z') as ChargePeriodStart,
    if(c.commitment is null, null, 'Spend') as CommitmentDiscountCategory,
    if(c.commitment is null, null, 'sp-' || p.provider || '-01') as CommitmentDiscountId,
    if(c.commitment is null, null, 'Compute savings plan') as CommitmentDiscountName,
    if(c.commitment is null, null, c.effective_cost) as CommitmentDiscountQuantity,
    if(c.commitment in ('Used', 'Unused'), c.commitment, null) as CommitmentDiscountStatus,
    if(c.commitment is null, null, 'Savings Plan') as CommitmentDiscountType,
    if(c.commitment is null, null, 'USD') as CommitmentDiscountUnit,
    if(c.charge_category = 'Usage', c.quantity, null) as ConsumedQuantity,
    if(c.charge_category = 'Usage', r.price_unit, null) as ConsumedUnit,
    c.contracted_cost as ContractedCost,
    r.price as ContractedUnitPrice,
    c.effective_cost as EffectiveCost,
    upper(p.provider) || '-' || strftime(m.fiscal_period, '%Y%m') as InvoiceId,
    p.provider_name as InvoiceIssuerName,
    c.list_cost as ListCost,
    round(r.price * 1.12, 6) as ListUnitPrice,
    case when c.charge_category not in ('Usage', 'Purchase') then null
        when c.commitment is not null then 'Committed' else 'Standard' end as PricingCategory,
    'USD' as PricingCurrency,
    r.price as PricingCurrencyContractedUnitPrice,
    c.effective_cost as PricingCurrencyEffectiveCost,
    round(r.price * 1.12, 6) as PricingCurrencyListUnitPrice,
    c.quantity as PricingQuantity,
    r.price_unit as PricingUnit,
    p.provider_name as ProviderName,
    coalesce(c.publisher, p.provider_name) as PublisherName,
    r.region_id as RegionId,
    r.region_name as RegionName,
    r.resource_id as ResourceId,
    r.resource_name as ResourceName,
    r.resource_type as ResourceType,
    coalesce(r.service_category, 'Other') as ServiceCategory,
    r.service_name as ServiceName,
    coalesce(r.service_subcategory, 'Other (Other)') as ServiceSubcategory,
    r.sku_id as SkuId,
    r.price_unit as SkuMeter,
    null as SkuPriceDetails,
    r.sku_id || '.P1' as SkuPriceId,
    c.sub_account_id as SubAccountId,
    a.sub_account_name as SubAccountName,
    if(c.sub_account_id is null, null, 'Account') as SubAccountType,
    coalesce(c.tags, r.tags) as Tags
"""

# Usage of one month, one row a resource and slice of the month, at six decimal places.
CHARGES = """
create or replace temp table charges as
with resource_months as (
    select
        r.*,
        r.monthly_cost * pow(1 + r.growth, greatest(0, m.idx - r.first_idx) / 12.0)
        * (0.96 + 0.08 * draw(mix(concat('resource:', r.resource_id, m.month_name)), 0))
        as cost,
        m.days,
        ($rows // n.resources + if(r.number <= $rows % n.resources, 1, 0))::bigint as slices
    from cloud_resources as r
    inner join months as m on m.idx = $idx
    cross join (
        select greatest(1, count(*)) as resources from cloud_resources
        where provider = $provider and first_idx <= $idx
    ) as n
    where r.provider = $provider and r.first_idx <= $idx
),

sliced as (
    select *, unnest(generate_series(1::bigint, greatest(1, slices))) as slice
    from resource_months
),

priced as (
    select
        *,
        (cost / greatest(1, slices)
            * (0.6 + 0.8 * draw(md5_number_lower(concat(getvariable('seed'), resource_id,
                $idx::integer, '.', slice)), 0)))::decimal(18, 6) as cost_of_slice
    from sliced
)

select
    number as resource_number,
    slice,
    sub_account_id,
    'Usage' as charge_category,
    service_name || ' ' || resource_type || ' use' as charge_description,
    ((slice - 1) * days // greatest(1, slices))::integer as first_day,
    least(days, ((slice - 1) * days // greatest(1, slices)) + 1)::integer as last_day,
    if(is_committed, 0, cost_of_slice)::decimal(18, 6) as billed_cost,
    cost_of_slice as effective_cost,
    (cost_of_slice * 1.02)::decimal(18, 6) as contracted_cost,
    (cost_of_slice * 1.14)::decimal(18, 6) as list_cost,
    (cost_of_slice / price)::decimal(18, 6) as quantity,
    if(is_committed, 'Used', null) as commitment,
    null::varchar as publisher,
    null::varchar as tags
from priced
"""

# Everything on the bill that is not usage; the amounts follow from the usage.
EXTRAS = """
insert into charges
with plan as (
    select
        sum(effective_cost)::decimal(18, 6) as used,
        ceil(sum(effective_cost) / 0.94)::decimal(18, 2) as fee
    from charges
    where commitment = 'Used'
),

rounding as (
    select
        sub_account_id,
        (round(sum(billed_cost), 2) - sum(billed_cost))::decimal(18, 6) as amount
    from charges
    group by sub_account_id
),

rows_to_add as (
    select 1 as place, null as sub_account_id, 'Purchase' as charge_category,
        'Compute savings plan, monthly fee' as charge_description,
        fee as billed, 0 as effective, 'Purchase' as commitment,
        null as publisher, null as tags
    from plan where used > 0
    union all
    select 2, null, 'Usage', 'Compute savings plan, unused commitment', 0, fee - used,
        'Unused', null, null
    from plan where used > 0
    union all
    select 3, '481516234001', 'Purchase', 'Osprey Observability subscription by marketplace',
        fee_of_month, fee_of_month, null, 'Osprey Observability Inc', '{"service": "SVC-MON"}'
    from (
        select round(14200 * pow(1.05, $idx / 12.0), 2)::decimal(18, 2) as fee_of_month
    ) where $provider = 'stratus'
    union all
    select 4, sub_account_id, 'Adjustment', 'Rounding to invoice', amount, amount,
        null, null, null
    from rounding where amount <> 0
)

select
    0 as resource_number,
    row_number() over (order by place, sub_account_id) as slice,
    sub_account_id,
    charge_category,
    charge_description,
    0,
    m.days,
    billed::decimal(18, 6),
    effective::decimal(18, 6),
    billed::decimal(18, 6),
    billed::decimal(18, 6),
    null,
    commitment,
    publisher,
    tags
from rows_to_add
cross join months as m
where m.idx = $idx
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create providers, accounts, resources and commitments."""
    table_from_list(con, "cloud_providers", "cloud_providers", {"yearly_cost": "integer"})
    table_from_list(con, "cloud_sub_accounts", "cloud_sub_accounts")
    table_from_list(
        con, "cloud_offers", "cloud_offers", {"price": "decimal(12, 6)", "weight": "integer"}
    )
    con.execute("""
        create or replace table cloud_resources as
        with users as (
            select application_id as user_id, 'application' as tag, 'app' as audience,
                criticality, number
            from application_details
            where number % 9 <> 0 and home_service_id not in ('SVC-AIP', 'SVC-BIA')
                and lifecycle_status = 'active'
            union all
            select application_id, 'application', 'data', criticality, number
            from application_details where home_service_id = 'SVC-BIA'
            union all
            select application_id, 'application', 'ai', criticality, number
            from application_details where home_service_id = 'SVC-AIP'
            union all
            select service_id, 'service', 'platform', 'high', row_order
            from service_list
            where service_id in ('SVC-CNT', 'SVC-BKP', 'SVC-INT', 'SVC-STO', 'SVC-NET', 'SVC-HST')
            union all
            select 'BU08', 'business_unit', 'marketing', 'high', n
            from (select unnest(range(1, 5))::integer as n)
        ),

        copies as (
            select
                o.*,
                u.*,
                unnest(range(1, if(criticality in ('critical', 'high'), 4, 3)))::integer as copy
            from users as u
            inner join cloud_offers as o using (audience)
            where o.audience <> 'app'
                or if(u.number % 3 = 0, 'cumulo', 'stratus') = o.provider
        ),

        drawn as (
            select *,
                mix(concat('cloud:', provider, service_name, user_id, number, copy)) as bits
            from copies
        ),

        weighed as (
            select
                *,
                (1000 * weight * spread(bits, 0.7))::bigint as size,
                row_number() over (partition by provider order by service_name, user_id, number,
                    copy)::integer as resource_number
            from drawn
            where audience <> 'app' or draw(bits, 1) < 0.8
        )

        select
            w.provider,
            w.resource_number as number,
            w.resource_type || '-' || lpad(w.resource_number::varchar, 5, '0') as resource_id,
            lower(w.user_id) || '-' || w.resource_type || '-' || w.copy as resource_name,
            a.sub_account_id,
            w.service_name,
            w.service_category,
            w.service_subcategory,
            w.resource_type,
            w.price_unit,
            w.price,
            if(draw(w.bits, 2) < 0.7, 'us-east', 'eu-north') as region_id,
            if(draw(w.bits, 2) < 0.7, 'US East', 'EU North') as region_name,
            upper(left(w.provider, 3)) || '-' || upper(left(md5(w.service_name), 8)) as sku_id,
            w.service_name = 'Elastic Machines' and w.copy = 1 as is_committed,
            case when w.audience = 'ai' then 3 else 0 end as first_idx,
            case when w.audience = 'ai' then 0.5 when w.audience = 'data' then 0.18
                else 0.08 end as growth,
            p.yearly_cost / 12.0 * w.size / sum(w.size) over (partition by w.provider)
            as monthly_cost,
            -- one resource in sixteen was never tagged
            case when w.audience <> 'marketing' and draw(w.bits, 1) > 0.75 and w.copy = 2
                then null
                else concat('{"', w.tag, '": "', w.user_id, '", "environment": "',
                    if(w.copy = 3, 'test', 'production'), '"}') end as tags,
            w.user_id,
            w.audience
        from weighed as w
        inner join cloud_providers as p on w.provider = p.provider
        inner join cloud_sub_accounts as a
            on w.provider = a.provider
            and a.sub_account_name = case w.audience
                when 'data' then 'data platform'
                when 'ai' then 'ai platform'
                when 'marketing' then 'marketing'
                else if(w.copy = 3, 'non-production', 'production')
            end
        order by w.provider, w.resource_number
    """)
    con.execute("""
        create or replace table cloud_payables (
            provider varchar, idx integer, sub_account_id varchar, kind varchar,
            amount decimal(18, 2)
        )
    """)
    con.execute("""
        create or replace table cloud_invoice_lines (
            provider varchar, idx integer, charge_category varchar, amount decimal(18, 2)
        )
    """)
    con.execute("""
        create or replace table cloud_meters (
            idx integer, application_id varchar, service_name varchar, quantity decimal(18, 2)
        )
    """)


def write_bills(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    cloud_rows: int,
    file_format: str,
    progress: Callable[[str], None],
) -> None:
    """Write one delivery folder for each provider and month, and keep what the ledger owes.

    March 2025 of the first provider (or the last month but one of a shorter demo) is delivered
    twice; the first delivery was taken too early and holds 26 days at provisional prices.
    """
    months = con.execute("select idx, strftime(next_period, '%Y%m') from months").fetchall()
    providers = [
        row[0]
        for row in con.execute("select provider from cloud_providers order by row_order").fetchall()
    ]
    early_idx = 26 if any(idx == 26 for idx, _ in months) else months[-2:][0][0]
    rows = max(1, round(cloud_rows / (len(months) * len(providers))))
    for idx, next_month in months:
        for provider in providers:
            values = {"idx": idx, "provider": provider}
            con.execute(CHARGES, {**values, "rows": rows})
            con.execute(EXTRAS, values)
            compressed = file_format == "csv" and provider == "stratus"
            target = folder / f"{next_month}04T0600Z-{provider}"
            if provider == "stratus" and idx == early_idx:
                write_bill(con, target, values, compressed, early=True)
                target = folder / f"{next_month}09T0600Z-{provider}"
            write_bill(con, target, values, compressed)
            con.execute(PAYABLES, values)
            con.execute(INVOICE_LINES, values)
            con.execute(METERS, values)
        if idx % 6 == 5:
            progress(f"cloud bills up to month {idx + 1}")
    con.execute("drop table charges")


PAYABLES = """
insert into cloud_payables
select
    $provider,
    $idx,
    sub_account_id,
    case when publisher is not null then 'marketplace' when commitment = 'Purchase'
        then 'commitment' else 'usage' end as kind,
    sum(billed_cost)::decimal(18, 2)
from charges
group by all
having sum(billed_cost) <> 0
order by sub_account_id, kind
"""

INVOICE_LINES = """
insert into cloud_invoice_lines
select
    $provider,
    $idx,
    if(charge_category = 'Purchase', 'Purchase', 'Usage') as category,
    sum(billed_cost)::decimal(18, 2)
from charges
group by category
order by category
"""

METERS = """
insert into cloud_meters
select $idx, r.user_id, r.service_name, sum(c.quantity)::decimal(18, 2)
from charges as c
inner join cloud_resources as r on c.resource_number = r.number and r.provider = $provider
where r.audience = 'ai'
group by r.user_id, r.service_name
order by r.user_id, r.service_name
"""


def write_bill(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    values: dict[str, object],
    compressed: bool,
    early: bool = False,
) -> None:
    """Write the charges at hand as one FOCUS file: gzipped CSV or Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    charges = "charges"
    if early:
        charges = """(
            select * replace ((billed_cost * 1.06)::decimal(18, 6) as billed_cost)
            from charges where last_day <= 26
        )"""
    if compressed:
        file, options = "cost_and_usage.csv.gz", "format csv, header, compression gzip"
    else:
        file, options = "cost_and_usage.parquet", "format parquet, compression zstd"
    con.execute(
        f"""
        copy (
            select {FOCUS_COLUMNS}
            from {charges} as c
            inner join months as m on m.idx = $idx
            inner join cloud_providers as p on p.provider = $provider
            left join cloud_resources as r
                on r.provider = $provider and c.resource_number = r.number
            left join cloud_sub_accounts as a
                on a.provider = $provider and c.sub_account_id = a.sub_account_id
            order by c.resource_number, c.slice
        ) to {quoted(folder / file)} ({options})
        """,
        values,
    )


def create_statements(con: duckdb.DuckDBPyConnection) -> None:
    """Invoices, billing periods and commitments, once all bills are written."""
    con.execute("""
        create or replace table cloud_invoices as
        select
            concat(upper(l.provider), '-', strftime(m.fiscal_period, '%Y%m'), '-',
                lower(l.charge_category)) as InvoiceDetailId,
            concat(upper(l.provider), '-', strftime(m.fiscal_period, '%Y%m')) as InvoiceId,
            p.provider_name as InvoiceIssuerName,
            p.billing_account_id as BillingAccountId,
            strftime(m.fiscal_period, '%Y-%m-%dT00:00:00Z') as BillingPeriodStart,
            strftime(m.next_period, '%Y-%m-%dT00:00:00Z') as BillingPeriodEnd,
            l.charge_category as ChargeCategory,
            l.amount as BilledCost,
            'USD' as BillingCurrency
        from cloud_invoice_lines as l
        inner join months as m on l.idx = m.idx
        inner join cloud_providers as p on l.provider = p.provider
        order by InvoiceDetailId
    """)
    con.execute("""
        create or replace table cloud_billing_periods as
        select
            p.provider_name as InvoiceIssuerName,
            p.billing_account_id as BillingAccountId,
            strftime(m.fiscal_period, '%Y-%m-%dT00:00:00Z') as BillingPeriodStart,
            strftime(m.next_period, '%Y-%m-%dT00:00:00Z') as BillingPeriodEnd,
            if(m.idx = 35, 'Open', 'Closed') as BillingPeriodStatus
        from months as m
        cross join cloud_providers as p
        order by p.provider_name, m.idx
    """)
    con.execute("""
        create or replace table cloud_commitments as
        select
            'sp-stratus-' || fiscal_year as ContractCommitmentId,
            'sws-enterprise-2023' as ContractId,
            'Spend' as ContractCommitmentCategory,
            sum(c.amount) as ContractCommitmentCost,
            null::decimal(18, 2) as ContractCommitmentQuantity,
            null::varchar as ContractCommitmentUnit,
            concat(fiscal_year, '-01-01T00:00:00Z') as ContractCommitmentPeriodStart,
            concat(fiscal_year + 1, '-01-01T00:00:00Z') as ContractCommitmentPeriodEnd,
            'USD' as BillingCurrency,
            'Stratus Web Services' as ServiceProviderName
        from cloud_payables as c
        inner join months as m on c.idx = m.idx
        where c.kind = 'commitment'
        group by fiscal_year
        order by fiscal_year
    """)
