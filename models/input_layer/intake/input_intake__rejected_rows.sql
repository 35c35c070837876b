-- grain: one delivered row that cannot be used
-- why: rejects of every table in one shape, the reason apart from the column that it is about
-- reads: stg_files__rejected_rows
-- conserves: every rejected row

with

rejected as (

    select * from {{ ref('stg_files__rejected_rows') }}

)

select
    domain,
    table_name,
    file_name,
    line_number,
    rule_id,
    split_part(reject_reason, ':', 1) as reason_code,
    nullif(split_part(reject_reason, ':', 2), '') as column_name,
    raw_row,
    amount,
    currency_code
from rejected
