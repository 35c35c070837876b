-- grain: one service
-- why: the contract for cmdb.services: rows that can be used, from whatever system
-- reads: stg_files__services
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__services') }}

)

select
    service_id,
    service_name,
    service_type,
    solution_category,
    solution_name,
    owner_name,
    unit_of_measure,
    capacity_quantity,
    file_name,
    line_number
from staged
where reject_reason is null
