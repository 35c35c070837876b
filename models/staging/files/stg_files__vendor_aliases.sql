-- grain: one spelling pattern, delivered or not usable
-- why: casts the delivered text to the types of the input contract and says why a row cannot be used
-- reads: landing.cost_model__vendor_aliases
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cost_model__vendor_aliases') }}

),

typed as (

    select
        {{ as_text('pattern') }} as pattern,
        {{ as_text('vendor') }} as vendor,
        file_name,
        line_number,
        {{ raw_row('delivered') }} as raw_row,
        {{ row_fault(
            required=['pattern', 'vendor'],
        ) }} as row_fault
    from delivered

),

judged as (

    select
        *,
        case
            when row_fault is not null then row_fault
            {{ reject_repeated(['pattern']) }}
        end as reject_reason
    from typed

)

select
    pattern,
    vendor,
    file_name,
    line_number,
    raw_row,
    reject_reason
from judged
