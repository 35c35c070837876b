-- grain: one cost centre and the dates for which the row holds, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.ledger__cost_centers
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'ledger__cost_centers') }}

),

typed as (

    select
        {{ as_text('cost_center_id') }} as cost_center_id,
        {{ as_text('cost_center_name') }} as cost_center_name,
        {{ as_text('parent_cost_center_id') }} as parent_cost_center_id,
        {{ as_text('legal_entity_id') }} as legal_entity_id,
        {{ as_text('manager_name') }} as manager_name,
        {{ as_boolean('is_it') }} as is_it,
        {{ open_start('valid_from') }} as valid_from,
        {{ open_end('valid_to') }} as valid_to,
        file_name,
        line_number,
        {{ delivered_texts(['valid_from', 'valid_to', 'is_it']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['cost_center_id'],
            dates=['valid_from', 'valid_to'],
            booleans=['is_it'],
        ) }} as row_fault
    from typed

)

select
    cost_center_id,
    cost_center_name,
    parent_cost_center_id,
    legal_entity_id,
    manager_name,
    is_it,
    valid_from,
    valid_to,
    file_name,
    line_number,
    coalesce(
        row_fault,
        {{ repeated_key(['cost_center_id', 'valid_from'], 'row_fault') }}
    ) as reject_reason
from checked
