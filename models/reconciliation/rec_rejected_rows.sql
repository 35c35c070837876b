-- grain: one delivered row that is not in the warehouse
-- why: nothing is left out without a trace
-- reads: input_intake__rejected_rows
-- conserves: every rejected row

with

rejected_rows as (

    select * from {{ ref('input_intake__rejected_rows') }}

)

select
    domain,
    table_name,
    file_name,
    line_number,
    rule_id,
    reason_code,
    column_name,
    raw_row,
    amount,
    currency_code
from rejected_rows
order by domain, table_name, file_name, line_number
