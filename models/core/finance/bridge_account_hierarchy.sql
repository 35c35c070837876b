-- grain: one account and one of its ancestors, itself among them
-- why: a rule or a report on a parent account covers its children
-- reads: dim_accounts
-- conserves: each account at depth 0 once

with recursive

accounts as (

    select * from {{ ref('dim_accounts') }}

),

walk as (

    select
        account_id as ancestor_account_id,
        account_id,
        0 as depth
    from accounts

    union all

    select
        parents.parent_account_id,
        walk.account_id,
        walk.depth + 1
    from walk
    inner join accounts as parents on walk.ancestor_account_id = parents.account_id
    where parents.parent_account_id is not null and walk.depth < 50

)

select
    ancestor_account_id,
    account_id,
    min(depth) as depth
from walk
group by ancestor_account_id, account_id
