-- grain: one application
-- why: the contract for cmdb.applications: rows that can be used, from whatever system
-- reads: stg_files__applications
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__applications') }}

)

select
    application_id,
    application_name,
    owner_name,
    criticality,
    lifecycle_status,
    is_ai,
    retired_on,
    file_name,
    line_number
from staged
where reject_reason is null
