-- grain: one position of a hybrid rule, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cost_model__allocation_fallbacks
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cost_model__allocation_fallbacks') }}

),

typed as (

    select
        {{ as_text('rule_id') }} as rule_id,
        {{ as_text('rule_set') }} as rule_set,
        {{ as_integer('position') }} as position,
        {{ as_code('method', [
            'even', 'fixed_percent', 'driver', 'relationship', 'capacity', 'cloud_usage',
            'proportional'
        ]) }} as method,
        {{ as_text('target_set') }} as target_set,
        {{ as_text('driver_id') }} as driver_id,
        {{ as_number('capacity') }} as capacity,
        {{ as_code('idle', ['visible', 'recovered']) }} as idle,
        {{ as_boolean('carry_forward') }} as carry_forward,
        file_name,
        line_number,
        {{ delivered_texts(['position', 'capacity', 'carry_forward']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['rule_id', 'rule_set', 'position', 'method'],
            integers=['position'],
            numbers=['capacity'],
            booleans=['carry_forward'],
            codes={
                'method': [
                    'even', 'fixed_percent', 'driver', 'relationship', 'capacity', 'cloud_usage',
                    'proportional',
                ],
                'idle': ['visible', 'recovered'],
            },
            positive=['capacity'],
        ) }} as row_fault
    from typed

)

select
    rule_id,
    rule_set,
    position,
    method,
    target_set,
    driver_id,
    capacity,
    idle,
    carry_forward,
    file_name,
    line_number,
    coalesce(
        row_fault,
        {{ repeated_key(['rule_set', 'rule_id', 'position'], 'row_fault') }}
    ) as reject_reason
from checked
