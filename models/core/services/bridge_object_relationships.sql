-- grain: one directed relation between two objects
-- why: which service depends on which application, and that on which item
-- reads: input_cmdb__relationships
-- conserves: every delivered relation but those of an object with itself

with

relationships as (

    select * from {{ ref('input_cmdb__relationships') }}

)

select
    from_id,
    to_id,
    relationship_type,
    valid_from,
    valid_to,
    file_name,
    line_number
from relationships
where from_id <> to_id
