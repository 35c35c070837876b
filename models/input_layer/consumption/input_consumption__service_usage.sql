-- grain: use of one service by one consumer or other object in a period
-- why: the contract for consumption.service_usage: rows that can be used, from whatever system
-- reads: stg_files__service_usage
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__service_usage') }}

)

select
    usage_id,
    service_id,
    usage_date,
    used_by_type,
    used_by_id,
    quantity,
    unit,
    file_name,
    line_number
from staged
where reject_reason is null
