-- grain: one spelling pattern
-- why: the contract for cost_model.vendor_aliases: rows that can be used, from whatever system
-- reads: stg_files__vendor_aliases
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__vendor_aliases') }}

)

select
    pattern,
    vendor,
    file_name,
    line_number
from staged
where reject_reason is null
