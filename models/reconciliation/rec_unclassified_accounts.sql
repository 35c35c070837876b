-- grain: one scenario, rule set and account with unclassified money
-- why: tells the owner of the rules which accounts to classify first
-- reads: alloc_classified_buckets, dim_accounts
-- conserves: all unclassified money

with

unclassified as (

    select *
    from {{ ref('alloc_classified_buckets') }}
    where cost_pool = 'UNCLASSIFIED' and measure = 'amount'

),

accounts as (

    select * from {{ ref('dim_accounts') }}

)

select
    unclassified.scenario,
    unclassified.rule_set,
    unclassified.account_id,
    coalesce(max(accounts.account_name), unclassified.account_id) as account_name,
    {{ from_minor('sum(unclassified.amount_minor)') }} as amount,
    {{ from_minor('sum(abs(unclassified.amount_minor))') }} as absolute_amount,
    cast(sum(unclassified.line_count) as bigint) as line_count,
    min(unclassified.fiscal_period) as first_period,
    max(unclassified.fiscal_period) as last_period
from unclassified
left join accounts on unclassified.account_id = accounts.account_id
group by unclassified.scenario, unclassified.rule_set, unclassified.account_id
order by
    unclassified.scenario asc, unclassified.rule_set asc, absolute_amount desc,
    unclassified.account_id asc
