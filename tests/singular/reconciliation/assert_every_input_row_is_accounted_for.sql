-- Fails when rows or amounts of an input file are neither in the input layer nor among the rejects.
select
    domain,
    table_name,
    file_name,
    rows_difference,
    amount_difference
from {{ ref('rec_input_tie_out') }}
where coalesce(rows_difference, 1) <> 0 or coalesce(amount_difference, 1) <> 0
