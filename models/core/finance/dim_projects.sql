-- grain: one project
-- why: investments, for whom and on what
-- reads: input_portfolio__projects
-- conserves: every delivered project

with

projects as (

    select * from {{ ref('input_portfolio__projects') }}

)

select
    project_id,
    coalesce(project_name, project_id) as project_name,
    status,
    sponsor_consumer_id,
    service_id,
    application_id,
    investment_type,
    start_date,
    end_date,
    approved_budget as approved_budget_local,
    currency_code
from projects
