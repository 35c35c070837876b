-- grain: one planned or actual cash flow of a project, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.portfolio__cash_flows
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'portfolio__cash_flows') }}

),

typed as (

    select
        {{ as_text('cash_flow_id') }} as cash_flow_id,
        {{ as_text('project_id') }} as project_id,
        {{ as_date('flow_date') }} as flow_date,
        {{ as_text('flow_type') }} as flow_type,
        {{ as_number('amount') }} as amount,
        {{ as_text('currency_code') }} as currency_code,
        file_name,
        line_number,
        {{ delivered_texts(['flow_date', 'amount']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['cash_flow_id', 'project_id', 'flow_date', 'amount'],
            dates=['flow_date'],
            numbers=['amount'],
        ) }} as row_fault
    from typed

),

judged as (

    select
        *,
        case
            when row_fault is not null then row_fault
            {{ reject_orphan('project_id', ref('stg_files__projects'), 'project_id') }}
        end as fault
    from checked

)

select
    cash_flow_id,
    project_id,
    flow_date,
    flow_type,
    amount,
    currency_code,
    file_name,
    line_number,
    coalesce(fault, {{ repeated_key(['cash_flow_id'], 'fault') }}) as reject_reason
from judged
