-- grain: one project
-- why: the contract for portfolio.projects: rows that can be used, from whatever system
-- reads: stg_files__projects
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__projects') }}

)

select
    project_id,
    project_name,
    status,
    sponsor_consumer_id,
    service_id,
    application_id,
    investment_type,
    start_date,
    end_date,
    approved_budget,
    currency_code,
    file_name,
    line_number
from staged
where reject_reason is null
