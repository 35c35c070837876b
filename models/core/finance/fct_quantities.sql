-- grain: one usable row of a delivered quantity
-- why: quantities with the attributes of a ledger line, so that rules see both alike
-- reads: input_consumption__quantities, bridge_vendor_spellings, dim_accounts
-- conserves: every row of the input layer, once; each is rounded to thousandths, once, here

with

quantities as (

    select * from {{ ref('input_consumption__quantities') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

vendors_by_record as (

    select
        spelled_vendor_id,
        min(vendor) as vendor
    from {{ ref('bridge_vendor_spellings') }}
    where spelled_vendor_id is not null
    group by spelled_vendor_id

),

vendors_by_name as (

    select
        spelled_vendor_name,
        min(vendor) as vendor
    from {{ ref('bridge_vendor_spellings') }}
    group by spelled_vendor_name

)

select
    'actual' as scenario,
    quantities.quantity_id,
    quantities.quantity_date,
    quantities.fiscal_period,
    quantities.account_id,
    coalesce(quantities.cost_center_id, 'UNKNOWN') as cost_center_id,
    coalesce(vendors_by_record.vendor, vendors_by_name.vendor, 'NO VENDOR') as vendor,
    quantities.project_id,
    quantities.service_id,
    quantities.application_id,
    quantities.consumer_id,
    coalesce(quantities.expense_type, accounts.expense_type) as expense_type,
    quantities.entry_type,
    quantities.description,
    quantities.measure,
    quantities.unit,
    quantities.quantity as quantity_delivered,
    cast(round(quantities.quantity, 3) as decimal(18, 3)) as quantity,
    quantities.file_name,
    quantities.line_number
from quantities
left join accounts on quantities.account_id = accounts.account_id
left join vendors_by_record on quantities.vendor_id = vendors_by_record.spelled_vendor_id
left join vendors_by_name on quantities.vendor_name = vendors_by_name.spelled_vendor_name
