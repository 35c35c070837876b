-- grain: one account
-- why: the chart of accounts, with every account that a line names even when no chart was delivered
-- reads: input_ledger__accounts, journal lines, budget and forecast lines, quantities
-- conserves: every account_id of a fact

with recursive

chart as (

    select * from {{ ref('input_ledger__accounts') }}

),

named_accounts as (

    select account_id from {{ ref('input_ledger__journal_lines') }}
    union
    select account_id from {{ ref('input_planning__budget_lines') }}
    union
    select account_id from {{ ref('input_planning__forecast_lines') }}
    union
    select account_id from {{ ref('input_consumption__quantities') }}
    union
    select parent_account_id from chart where parent_account_id is not null

),

accounts as (

    select
        account_id,
        coalesce(account_name, account_id) as account_name,
        nullif(parent_account_id, account_id) as parent_account_id,
        account_type,
        expense_type,
        false as is_inferred
    from chart

    union all

    select
        account_id,
        account_id as account_name,
        null,
        null,
        null,
        true
    from named_accounts
    where account_id not in (select account_id from chart)

),

paths as (

    select
        account_id,
        account_name as account_path,
        1 as level
    from accounts
    where parent_account_id is null

    union all

    select
        accounts.account_id,
        paths.account_path || ' > ' || accounts.account_name,
        paths.level + 1
    from accounts
    inner join paths on accounts.parent_account_id = paths.account_id
    where paths.level < 50

)

select
    accounts.account_id,
    accounts.account_name,
    accounts.parent_account_id,
    accounts.account_type,
    accounts.expense_type,
    coalesce(paths.account_path, accounts.account_name) as account_path,
    accounts.is_inferred
from accounts
left join paths on accounts.account_id = paths.account_id
