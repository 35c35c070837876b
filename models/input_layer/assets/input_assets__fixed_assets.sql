-- grain: one fixed asset
-- why: the contract for assets.fixed_assets: rows that can be used, from whatever system
-- reads: stg_files__fixed_assets
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__fixed_assets') }}

)

select
    asset_id,
    asset_name,
    asset_class,
    ci_id,
    vendor_id,
    cost_center_id,
    in_service_date,
    disposal_date,
    useful_life_months,
    depreciation_method,
    acquisition_cost,
    salvage_value,
    currency_code,
    file_name,
    line_number
from staged
where reject_reason is null
