-- grain: one consumer
-- why: the contract for consumption.consumers: rows that can be used, from whatever system
-- reads: stg_files__consumers
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__consumers') }}

)

select
    consumer_id,
    consumer_name,
    parent_consumer_id,
    consumer_kind,
    headcount,
    cost_center_id,
    retired_on,
    file_name,
    line_number
from staged
where reject_reason is null
