-- grain: one measured service level of a service and period
-- why: the contract for performance.service_levels: rows that can be used, from whatever system
-- reads: stg_files__service_levels
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__service_levels') }}

)

select
    service_id,
    measure_date,
    metric_name,
    target_value,
    actual_value,
    unit,
    file_name,
    line_number
from staged
where reject_reason is null
