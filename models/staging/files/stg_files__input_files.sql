-- grain: one input file that was read
-- why: what came in, counted before anything was cast
-- reads: landing.files
-- conserves: every file

with

files as (

    select * from {{ source('landing', 'files') }}

)

select
    domain,
    table_name,
    file_name,
    format as file_format,
    bytes,
    row_count,
    malformed_count,
    fingerprint
from files
