-- grain: one account
-- why: the contract for ledger.accounts: rows that can be used, from whatever system
-- reads: stg_files__accounts
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__accounts') }}

)

select
    account_id,
    account_name,
    parent_account_id,
    account_type,
    expense_type,
    file_name,
    line_number
from staged
where reject_reason is null
