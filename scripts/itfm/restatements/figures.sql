-- What a warehouse says under its current rules: each bill, and each cost by who and what it was posted for.
-- With what no consumer pays, the bills of a period add up to its ledger or plan; so do its postings.
select
    figures.figure,
    figures.scenario,
    figures.fiscal_period,
    figures.consumer_id,
    figures.service_id,
    figures.cost_center_id,
    figures.account_id,
    figures.cost_pool,
    figures.cost_sub_pool,
    sum(figures.amount) as amount,
    sum(figures.capex_amount) as capex_amount
from (
    select
        'bill' as figure, scenario, rule_set, fiscal_period, consumer_id, service_id,
        null as cost_center_id, null as account_id, null as cost_pool, null as cost_sub_pool,
        amount, capex_amount
    from marts.fct_consumer_cost

    union all

    select
        'bill', scenario, rule_set, fiscal_period, 'UNALLOCATED', null, null, null, null, null,
        unallocated_amount, 0
    from reconciliation.rec_ledger_tie_out
    where layer = 'consumer'

    union all

    select
        'posting', scenario, rule_set, fiscal_period, null, null,
        cost_center_id, account_id, cost_pool, cost_sub_pool,
        cast(amount_minor as decimal(36, 0)) * 0.01,
        case when expense_type = 'CapEx' then cast(amount_minor as decimal(36, 0)) * 0.01 else 0 end
    from allocation.alloc_classified_buckets
    where measure = 'amount'
) as figures
inner join core.dim_rule_sets as rule_sets
    on figures.rule_set = rule_sets.rule_set and rule_sets.status = 'current'
where not list_contains(getvariable('unchanged_periods'), figures.fiscal_period)
group by all
