-- grain: one vendor record of the ledger's vendor master
-- why: the contract for ledger.vendors: rows that can be used, from whatever system
-- reads: stg_files__vendors
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__vendors') }}

)

select
    vendor_id,
    vendor_name,
    parent_vendor_id,
    country_code,
    file_name,
    line_number
from staged
where reject_reason is null
