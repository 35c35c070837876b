-- grain: one contract
-- why: what was agreed with which vendor, until when
-- reads: input_contracts__contracts, bridge_vendor_spellings
-- conserves: every delivered contract

with

contracts as (

    select * from {{ ref('input_contracts__contracts') }}

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
    contracts.contract_id,
    coalesce(contracts.contract_name, contracts.contract_id) as contract_name,
    coalesce(vendors_by_record.vendor, vendors_by_name.vendor, 'NO VENDOR') as vendor,
    contracts.contract_type,
    contracts.start_date,
    contracts.end_date,
    contracts.notice_days,
    coalesce(contracts.is_auto_renewing, false) as is_auto_renewing,
    contracts.total_value as total_value_local,
    contracts.currency_code,
    contracts.owner_name,
    contracts.cost_center_id
from contracts
left join vendors_by_record on contracts.vendor_id = vendors_by_record.spelled_vendor_id
left join vendors_by_name on contracts.vendor_name = vendors_by_name.spelled_vendor_name
