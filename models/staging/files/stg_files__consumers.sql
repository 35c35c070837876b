-- grain: one consumer, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.consumption__consumers
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'consumption__consumers') }}

),

typed as (

    select
        {{ as_text('consumer_id') }} as consumer_id,
        {{ as_text('consumer_name') }} as consumer_name,
        {{ as_text('parent_consumer_id') }} as parent_consumer_id,
        {{ as_text('consumer_kind') }} as consumer_kind,
        {{ as_number('headcount') }} as headcount,
        {{ as_text('cost_center_id') }} as cost_center_id,
        {{ as_date('retired_on') }} as retired_on,
        file_name,
        line_number,
        {{ delivered_texts(['retired_on', 'headcount']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['consumer_id'],
            dates=['retired_on'],
            numbers=['headcount'],
            not_negative=['headcount'],
            objects=['consumer_id'],
        ) }} as row_fault
    from typed

)

select
    consumer_id,
    consumer_name,
    parent_consumer_id,
    consumer_kind,
    headcount,
    cost_center_id,
    retired_on,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['consumer_id'], 'row_fault') }}) as reject_reason
from checked
