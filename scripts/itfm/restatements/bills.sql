-- The bills of a warehouse under its current rules; with what no consumer pays, a period adds up to its ledger or plan.
select
    bills.scenario,
    bills.fiscal_period,
    bills.consumer_id,
    sum(bills.amount) as amount
from (
    select scenario, rule_set, fiscal_period, consumer_id, amount
    from marts.fct_consumer_cost

    union all

    select scenario, rule_set, fiscal_period, 'UNALLOCATED', unallocated_amount
    from reconciliation.rec_ledger_tie_out
    where layer = 'consumer'
) as bills
inner join core.dim_rule_sets as rule_sets
    on bills.rule_set = rule_sets.rule_set and rule_sets.status = 'current'
group by all
