-- grain: one incident, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.performance__incidents
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'performance__incidents') }}

),

typed as (

    select
        {{ as_text('incident_id') }} as incident_id,
        {{ as_text('service_id') }} as service_id,
        {{ as_text('application_id') }} as application_id,
        {{ as_timestamp('opened_at') }} as opened_at,
        {{ as_timestamp('resolved_at') }} as resolved_at,
        {{ as_text('priority') }} as priority,
        {{ as_number('downtime_minutes') }} as downtime_minutes,
        file_name,
        line_number,
        {{ delivered_texts(['opened_at', 'resolved_at', 'downtime_minutes']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['incident_id', 'opened_at'],
            timestamps=['opened_at', 'resolved_at'],
            numbers=['downtime_minutes'],
        ) }} as row_fault
    from typed

)

select
    incident_id,
    service_id,
    application_id,
    opened_at,
    resolved_at,
    priority,
    downtime_minutes,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['incident_id'], 'row_fault') }}) as reject_reason
from checked
