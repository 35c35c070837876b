-- grain: one risk, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.risk__risks
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'risk__risks') }}

),

typed as (

    select
        {{ as_text('risk_id') }} as risk_id,
        {{ as_text('risk_name') }} as risk_name,
        {{ as_text('service_id') }} as service_id,
        {{ as_text('application_id') }} as application_id,
        {{ as_text('category') }} as category,
        {{ as_number('likelihood') }} as likelihood,
        {{ as_number('impact') }} as impact,
        {{ as_number('expected_loss') }} as expected_loss,
        {{ as_number('mitigation_cost') }} as mitigation_cost,
        {{ as_text('currency_code') }} as currency_code,
        {{ as_text('status') }} as status,
        {{ as_text('owner_name') }} as owner_name,
        {{ as_date('review_date') }} as review_date,
        file_name,
        line_number,
        {{ delivered_texts([
            'review_date', 'likelihood', 'impact', 'expected_loss',
            'mitigation_cost',
        ]) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['risk_id'],
            dates=['review_date'],
            numbers=['likelihood', 'impact', 'expected_loss', 'mitigation_cost'],
        ) }} as row_fault
    from typed

)

select
    risk_id,
    risk_name,
    service_id,
    application_id,
    category,
    likelihood,
    impact,
    expected_loss,
    mitigation_cost,
    currency_code,
    status,
    owner_name,
    review_date,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['risk_id'], 'row_fault') }}) as reject_reason
from checked
