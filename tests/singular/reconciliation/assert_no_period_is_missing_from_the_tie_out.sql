-- Fails when a layer of the flows holds money in a scenario, rule set and period that the tie-out of
-- the ledger does not list: money that came from nowhere would not be compared with anything.
select
    scenario,
    rule_set,
    fiscal_period,
    sum(amount) as amount
from {{ ref('fct_service_cost') }}
where
    (scenario, rule_set, fiscal_period) not in (
        select (scenario, rule_set, fiscal_period) from {{ ref('rec_ledger_tie_out') }}
    )
group by all
