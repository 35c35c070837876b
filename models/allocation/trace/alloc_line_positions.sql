-- grain: one ledger or plan line, or row of a quantity
-- why: a line is the part of its bucket from start_minor to its end: parts of it add up exactly
-- reads: alloc_bucket_lines
-- conserves: every line once; the lines of a bucket fill it without a gap

{{ config(materialized='view') }}

with

bucket_lines as (

    select * from {{ ref('alloc_bucket_lines') }}

)

select
    scenario,
    fiscal_period,
    measure,
    line_id,
    bucket_id,
    amount_minor,
    cast(
        sum(amount_minor) over (
            partition by scenario, fiscal_period, measure, bucket_id
            order by line_id
            rows between unbounded preceding and current row
        ) - amount_minor as bigint
    ) as start_minor
from bucket_lines
