-- grain: one record of an input file that could not be cut into columns
-- why: rows that never reached their table still have to be seen
-- reads: landing.malformed_rows
-- conserves: every record

with

malformed_rows as (

    select * from {{ source('landing', 'malformed_rows') }}

)

select
    domain,
    table_name,
    file_name,
    line_number,
    raw_row,
    coalesce(reason_code, 'malformed_row') as reject_reason
from malformed_rows
