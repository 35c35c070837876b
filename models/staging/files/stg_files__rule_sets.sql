-- grain: one rule set, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cost_model__rule_sets
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cost_model__rule_sets') }}

),

typed as (

    select
        {{ as_text('rule_set') }} as rule_set,
        {{ as_text('based_on') }} as based_on,
        {{ as_code('status', ['current', 'proposed', 'retired']) }} as status,
        {{ as_text('description') }} as description,
        file_name,
        line_number
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['rule_set', 'status'],
            codes={
                'status': ['current', 'proposed', 'retired'],
            },
        ) }} as row_fault
    from typed

)

select
    rule_set,
    based_on,
    status,
    description,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['rule_set'], 'row_fault') }}) as reject_reason
from checked
