-- grain: one directed relation between two objects, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cmdb__relationships
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cmdb__relationships') }}

),

typed as (

    select
        {{ as_text('from_id') }} as from_id,
        {{ as_text('to_id') }} as to_id,
        {{ as_text('relationship_type') }} as relationship_type,
        {{ open_start('valid_from') }} as valid_from,
        {{ open_end('valid_to') }} as valid_to,
        file_name,
        line_number,
        {{ delivered_texts(['valid_from', 'valid_to']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['from_id', 'to_id', 'relationship_type'],
            dates=['valid_from', 'valid_to'],
            ordered=[('valid_from', 'valid_to')],
        ) }} as row_fault
    from typed

)

select
    from_id,
    to_id,
    relationship_type,
    valid_from,
    valid_to,
    file_name,
    line_number,
    coalesce(
        row_fault,
        {{ repeated_key(['from_id', 'relationship_type', 'to_id'], 'row_fault') }}
    ) as reject_reason
from checked
