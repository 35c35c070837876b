-- grain: one account, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.ledger__accounts
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'ledger__accounts') }}

),

typed as (

    select
        {{ as_text('account_id') }} as account_id,
        {{ as_text('account_name') }} as account_name,
        {{ as_text('parent_account_id') }} as parent_account_id,
        {{ as_text('account_type') }} as account_type,
        {{ as_code('expense_type', ['OpEx', 'CapEx']) }} as expense_type,
        file_name,
        line_number
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['account_id'],
            codes={
                'expense_type': ['OpEx', 'CapEx'],
            },
        ) }} as row_fault
    from typed

)

select
    account_id,
    account_name,
    parent_account_id,
    account_type,
    expense_type,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['account_id'], 'row_fault') }}) as reject_reason
from checked
