-- grain: one member pattern of a target set, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cost_model__target_sets
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cost_model__target_sets') }}

),

typed as (

    select
        coalesce({{ as_text('rule_set') }}, '*') as rule_set,
        {{ as_text('target_set') }} as target_set,
        {{ as_code('to_layer', ['resource_tower', 'solution', 'consumer']) }} as to_layer,
        coalesce({{ as_code('object_kind', ['service', 'application']) }}, '*') as object_kind,
        {{ as_text('to_id') }} as to_id,
        file_name,
        line_number
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['target_set', 'to_layer', 'to_id'],
            codes={
                'to_layer': ['resource_tower', 'solution', 'consumer'],
                'object_kind': ['service', 'application', '*'],
            },
        ) }} as row_fault
    from typed

)

select
    rule_set,
    target_set,
    to_layer,
    object_kind,
    to_id,
    file_name,
    line_number,
    coalesce(
        row_fault,
        {{ repeated_key(
            ['rule_set', 'target_set', 'to_layer', 'object_kind', 'to_id'], 'row_fault'
        ) }}
    ) as reject_reason
from checked
