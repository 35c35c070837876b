-- grain: one rule that sends an object's cost to others, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cost_model__allocation_rules
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cost_model__allocation_rules') }}

),

typed as (

    select
        {{ as_text('rule_id') }} as rule_id,
        {{ as_text('rule_set') }} as rule_set,
        {{ as_code('sender_layer', ['cost_pool', 'resource_tower', 'solution']) }} as sender_layer,
        {{ as_integer('sequence') }} as sequence,
        {{ as_text('from_id') }} as from_id,
        {{ as_text('cost_pool') }} as cost_pool,
        {{ as_text('cost_sub_pool') }} as cost_sub_pool,
        {{ as_text('expense_type') }} as expense_type,
        {{ as_text('account_id') }} as account_id,
        {{ as_text('cost_center_id') }} as cost_center_id,
        {{ as_text('vendor') }} as vendor,
        {{ as_text('project_id') }} as project_id,
        {{ as_code('method', [
            'tagged', 'even', 'fixed_percent', 'driver', 'relationship', 'capacity', 'dual_rate',
            'standard_rate', 'cloud_usage', 'proportional', 'hybrid'
        ]) }} as method,
        {{ as_text('target_set') }} as target_set,
        {{ as_text('driver_id') }} as driver_id,
        {{ as_code('network', ['reciprocal', 'step_down', 'direct']) }} as network,
        {{ as_text('budget_driver_id') }} as budget_driver_id,
        {{ as_number('fixed_percentage') }} as fixed_percentage,
        {{ as_number('capacity') }} as capacity,
        {{ as_code('idle', ['visible', 'recovered']) }} as idle,
        {{ as_number('rate') }} as rate,
        {{ as_boolean('no_gaps') }} as no_gaps,
        {{ as_text('owner') }} as owner,
        {{ as_text('justification') }} as justification,
        {{ open_start('valid_from') }} as valid_from,
        {{ open_end('valid_to') }} as valid_to,
        file_name,
        line_number,
        {{ delivered_texts([
            'valid_from', 'valid_to', 'sequence', 'fixed_percentage', 'capacity', 'rate', 'no_gaps'
        ]) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['rule_id', 'rule_set', 'sender_layer', 'sequence', 'method', 'owner'],
            dates=['valid_from', 'valid_to'],
            integers=['sequence'],
            numbers=['fixed_percentage', 'capacity', 'rate'],
            booleans=['no_gaps'],
            codes={
                'sender_layer': ['cost_pool', 'resource_tower', 'solution'],
                'method': [
                    'tagged', 'even', 'fixed_percent', 'driver', 'relationship', 'capacity',
                    'dual_rate', 'standard_rate', 'cloud_usage', 'proportional', 'hybrid',
                ],
                'network': ['reciprocal', 'step_down', 'direct'],
                'idle': ['visible', 'recovered'],
            },
            not_negative=['fixed_percentage', 'rate'],
            positive=['capacity'],
        ) }} as row_fault
    from typed

)

select
    rule_id,
    rule_set,
    sender_layer,
    sequence,
    from_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
    account_id,
    cost_center_id,
    vendor,
    project_id,
    method,
    target_set,
    driver_id,
    network,
    budget_driver_id,
    fixed_percentage,
    capacity,
    idle,
    rate,
    no_gaps,
    owner,
    justification,
    valid_from,
    valid_to,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['rule_set', 'rule_id'], 'row_fault') }}) as reject_reason
from checked
