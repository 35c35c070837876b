-- Fails when services hold money in a scenario, rule set and period that the tie-out of the ledger
-- does not list: money that came from nowhere would not be compared with anything.
with

service_cost as (

    select * from {{ ref('fct_service_cost') }}

),

tie_out as (

    select distinct
        scenario,
        rule_set,
        fiscal_period
    from {{ ref('rec_ledger_tie_out') }}

)

select
    service_cost.scenario,
    service_cost.rule_set,
    service_cost.fiscal_period,
    sum(service_cost.amount) as amount
from service_cost
left join tie_out
    on
        service_cost.scenario = tie_out.scenario
        and service_cost.rule_set = tie_out.rule_set
        and service_cost.fiscal_period = tie_out.fiscal_period
where tie_out.scenario is null
group by all
