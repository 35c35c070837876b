-- grain: one receiver of a fixed_percent rule, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cost_model__allocation_percentages
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cost_model__allocation_percentages') }}

),

typed as (

    select
        {{ as_text('rule_id') }} as rule_id,
        {{ as_text('rule_set') }} as rule_set,
        {{ as_code('to_layer', ['resource_tower', 'solution', 'consumer']) }} as to_layer,
        {{ as_text('to_id') }} as to_id,
        {{ as_number('percentage') }} as percentage,
        file_name,
        line_number,
        {{ delivered_texts(['percentage']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['rule_id', 'rule_set', 'to_layer', 'to_id', 'percentage'],
            numbers=['percentage'],
            codes={
                'to_layer': ['resource_tower', 'solution', 'consumer'],
            },
            not_negative=['percentage'],
        ) }} as row_fault
    from typed

)

select
    rule_id,
    rule_set,
    to_layer,
    to_id,
    percentage,
    file_name,
    line_number,
    coalesce(
        row_fault,
        {{ repeated_key(['rule_set', 'rule_id', 'to_id'], 'row_fault') }}
    ) as reject_reason
from checked
