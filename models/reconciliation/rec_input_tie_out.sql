-- grain: one input file
-- why: rows in = rows accepted + rows rejected, and the same for amounts
-- reads: input_intake__file_totals, rec_rejected_rows
-- conserves: every file that was read

with

files as (

    select * from {{ ref('input_intake__file_totals') }}

),

rejected as (

    select
        domain,
        table_name,
        file_name,
        count(*) as row_count,
        cast(coalesce(sum(amount), 0) as decimal(38, 12)) as amount
    from {{ ref('rec_rejected_rows') }}
    group by domain, table_name, file_name

)

select
    files.domain,
    files.table_name,
    files.file_name,
    files.rows_in,
    files.rows_accepted,
    coalesce(rejected.row_count, 0) as rows_rejected,
    files.rows_in - files.rows_accepted - coalesce(rejected.row_count, 0) as rows_difference,
    files.amount_in,
    files.amount_accepted,
    coalesce(rejected.amount, 0) as amount_rejected,
    cast(
        files.amount_in - files.amount_accepted - coalesce(rejected.amount, 0)
        as decimal(38, 12)
    ) as amount_difference
from files
left join rejected
    on
        files.domain = rejected.domain
        and files.table_name = rejected.table_name
        and files.file_name = rejected.file_name
