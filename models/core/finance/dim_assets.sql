-- grain: one fixed asset
-- why: what was bought to keep, and how it is written off
-- reads: input_assets__fixed_assets
-- conserves: every delivered asset

with

assets as (

    select * from {{ ref('input_assets__fixed_assets') }}

)

select
    asset_id,
    coalesce(asset_name, asset_id) as asset_name,
    asset_class,
    ci_id,
    vendor_id,
    coalesce(cost_center_id, 'UNKNOWN') as cost_center_id,
    in_service_date,
    disposal_date,
    useful_life_months,
    depreciation_method,
    acquisition_cost as acquisition_cost_local,
    coalesce(salvage_value, 0) as salvage_value_local,
    currency_code
from assets
