-- grain: one application, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cmdb__applications
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cmdb__applications') }}

),

typed as (

    select
        {{ as_text('application_id') }} as application_id,
        {{ as_text('application_name') }} as application_name,
        {{ as_text('owner_name') }} as owner_name,
        {{ as_text('criticality') }} as criticality,
        {{ as_text('lifecycle_status') }} as lifecycle_status,
        {{ as_boolean('is_ai') }} as is_ai,
        {{ as_date('retired_on') }} as retired_on,
        file_name,
        line_number,
        {{ delivered_texts(['retired_on', 'is_ai']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['application_id'],
            dates=['retired_on'],
            booleans=['is_ai'],
            objects=['application_id'],
        ) }} as row_fault
    from typed

)

select
    application_id,
    application_name,
    owner_name,
    criticality,
    lifecycle_status,
    is_ai,
    retired_on,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['application_id'], 'row_fault') }}) as reject_reason
from checked
