-- grain: one value of an allocation driver
-- why: the contract for consumption.drivers: rows that can be used, from whatever system
-- reads: stg_files__drivers
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__drivers') }}

)

select
    driver_id,
    driver_date,
    from_id,
    to_id,
    quantity,
    unit,
    file_name,
    line_number
from staged
where reject_reason is null
