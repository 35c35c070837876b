-- grain: one sub-tower that the company adds, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cost_model__towers
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cost_model__towers') }}

),

typed as (

    select
        {{ as_text('tower') }} as tower,
        {{ as_text('sub_tower') }} as sub_tower,
        {{ as_text('description') }} as description,
        file_name,
        line_number
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['tower', 'sub_tower'],
            objects=['sub_tower'],
        ) }} as row_fault
    from typed

)

select
    tower,
    sub_tower,
    description,
    file_name,
    line_number,
    coalesce(
        row_fault,
        {{ repeated_key(['sub_tower'], 'row_fault') }}
    ) as reject_reason
from checked
