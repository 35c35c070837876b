-- Why the books differ from the plan: for the twenty largest variances of the latest budget
-- version, by cost centre and account over the year, the vendors whose lines make the actual
-- amount. Run it: dbt show --select explain_a_variance --limit 60 --output json; without json,
-- dbt prints six columns.
with

variance as (

    select
        budget_version,
        cost_center_id,
        account_id,
        min(fiscal_period) as first_period,
        max(fiscal_period) as last_period,
        sum(actual_amount) as actual_amount,
        sum(budget_amount) as budget_amount,
        sum(variance_amount) as variance_amount
    from {{ ref('fct_budget_variance') }}
    where
        budget_version = (
            select max(budget_version)
            from {{ ref('fct_budget_variance') }}
            where plan_type = 'budget'
        )
    group by all

),

largest as (

    select *
    from variance
    order by abs(variance_amount) desc
    limit 20

),

ledger_lines as (

    select * from {{ ref('fct_ledger_lines') }}

),

by_vendor as (

    select
        largest.cost_center_id,
        largest.account_id,
        ledger_lines.vendor,
        sum(ledger_lines.amount) as vendor_amount,
        count(*) as line_count
    from largest
    inner join ledger_lines
        on
            largest.cost_center_id = ledger_lines.cost_center_id
            and largest.account_id = ledger_lines.account_id
            and ledger_lines.fiscal_period between largest.first_period and largest.last_period
    group by all

)

select
    largest.budget_version,
    cost_centers.cost_center_name,
    accounts.account_name,
    largest.actual_amount,
    largest.budget_amount,
    largest.variance_amount,
    by_vendor.vendor,
    by_vendor.vendor_amount,
    by_vendor.line_count
from largest
left join by_vendor
    on
        largest.cost_center_id = by_vendor.cost_center_id
        and largest.account_id = by_vendor.account_id
left join {{ ref('dim_cost_centers') }} as cost_centers
    on largest.cost_center_id = cost_centers.cost_center_id
left join {{ ref('dim_accounts') }} as accounts on largest.account_id = accounts.account_id
order by
    abs(largest.variance_amount) desc,
    cost_centers.cost_center_name asc,
    accounts.account_name asc,
    by_vendor.vendor_amount desc
