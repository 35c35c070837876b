-- grain: one incident
-- why: the contract for performance.incidents: rows that can be used, from whatever system
-- reads: stg_files__incidents
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__incidents') }}

)

select
    incident_id,
    service_id,
    application_id,
    opened_at,
    resolved_at,
    priority,
    downtime_minutes,
    file_name,
    line_number
from staged
where reject_reason is null
