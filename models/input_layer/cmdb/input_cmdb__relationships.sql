-- grain: one directed relation between two objects
-- why: the contract for cmdb.relationships: rows that can be used, from whatever system
-- reads: stg_files__relationships
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__relationships') }}

)

select
    from_id,
    to_id,
    relationship_type,
    valid_from,
    valid_to,
    file_name,
    line_number
from staged
where reject_reason is null
