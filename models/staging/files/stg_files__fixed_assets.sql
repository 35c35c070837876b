-- grain: one fixed asset, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.assets__fixed_assets
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'assets__fixed_assets') }}

),

typed as (

    select
        {{ as_text('asset_id') }} as asset_id,
        {{ as_text('asset_name') }} as asset_name,
        {{ as_text('asset_class') }} as asset_class,
        {{ as_text('ci_id') }} as ci_id,
        {{ as_text('vendor_id') }} as vendor_id,
        {{ as_text('cost_center_id') }} as cost_center_id,
        {{ as_date('in_service_date') }} as in_service_date,
        {{ as_date('disposal_date') }} as disposal_date,
        {{ as_integer('useful_life_months') }} as useful_life_months,
        {{ as_code('depreciation_method', [
            'straight_line', 'declining_balance', 'double_declining', 'none'
        ]) }} as depreciation_method,
        {{ as_number('acquisition_cost') }} as acquisition_cost,
        {{ as_number('salvage_value') }} as salvage_value,
        {{ as_text('currency_code') }} as currency_code,
        file_name,
        line_number,
        {{ delivered_texts([
            'in_service_date', 'disposal_date', 'acquisition_cost', 'salvage_value',
            'useful_life_months',
        ]) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['asset_id'],
            dates=['in_service_date', 'disposal_date'],
            numbers=['acquisition_cost', 'salvage_value'],
            integers=['useful_life_months'],
            codes={
                'depreciation_method': ['straight_line', 'declining_balance', 'double_declining', 'none'],
            },
        ) }} as row_fault
    from typed

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
    line_number,
    coalesce(row_fault, {{ repeated_key(['asset_id'], 'row_fault') }}) as reject_reason
from checked
