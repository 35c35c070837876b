-- grain: one rule that tags ledger lines with a cost pool, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cost_model__classification_rules
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cost_model__classification_rules') }}

),

typed as (

    select
        {{ as_text('rule_id') }} as rule_id,
        {{ as_text('rule_set') }} as rule_set,
        {{ as_integer('sequence') }} as sequence,
        {{ as_text('account_id') }} as account_id,
        {{ as_text('cost_center_id') }} as cost_center_id,
        {{ as_text('vendor') }} as vendor,
        {{ as_text('project_id') }} as project_id,
        {{ as_text('description') }} as description,
        {{ as_text('entry_type') }} as entry_type,
        {{ as_code('expense_type', ['OpEx', 'CapEx']) }} as expense_type,
        {{ as_text('cost_pool') }} as cost_pool,
        {{ as_text('cost_sub_pool') }} as cost_sub_pool,
        {{ as_text('owner') }} as owner,
        {{ as_text('justification') }} as justification,
        {{ open_start('valid_from') }} as valid_from,
        {{ open_end('valid_to') }} as valid_to,
        file_name,
        line_number,
        {{ delivered_texts(['valid_from', 'valid_to', 'sequence']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['rule_id', 'rule_set', 'sequence', 'cost_pool', 'cost_sub_pool', 'owner'],
            dates=['valid_from', 'valid_to'],
            integers=['sequence'],
            codes={
                'expense_type': ['OpEx', 'CapEx'],
            },
        ) }} as row_fault
    from typed

)

select
    rule_id,
    rule_set,
    sequence,
    account_id,
    cost_center_id,
    vendor,
    project_id,
    description,
    entry_type,
    expense_type,
    cost_pool,
    cost_sub_pool,
    owner,
    justification,
    valid_from,
    valid_to,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['rule_set', 'rule_id'], 'row_fault') }}) as reject_reason
from checked
