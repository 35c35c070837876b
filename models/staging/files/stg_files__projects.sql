-- grain: one project, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.portfolio__projects
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'portfolio__projects') }}

),

typed as (

    select
        {{ as_text('project_id') }} as project_id,
        {{ as_text('project_name') }} as project_name,
        {{ as_text('status') }} as status,
        {{ as_text('sponsor_consumer_id') }} as sponsor_consumer_id,
        {{ as_text('service_id') }} as service_id,
        {{ as_text('application_id') }} as application_id,
        {{ as_text('investment_type') }} as investment_type,
        {{ as_date('start_date') }} as start_date,
        {{ as_date('end_date') }} as end_date,
        {{ as_number('approved_budget') }} as approved_budget,
        {{ as_text('currency_code') }} as currency_code,
        file_name,
        line_number,
        {{ delivered_texts(['start_date', 'end_date', 'approved_budget']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['project_id'],
            dates=['start_date', 'end_date'],
            numbers=['approved_budget'],
        ) }} as row_fault
    from typed

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
    line_number,
    coalesce(row_fault, {{ repeated_key(['project_id'], 'row_fault') }}) as reject_reason
from checked
