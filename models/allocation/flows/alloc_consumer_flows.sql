-- grain: one scenario, rule set, period, service or application, expense type and consumer
-- why: the last step: what rests on a service goes on somebody's bill
-- reads: alloc_solution_flows, alloc_exit_shares
-- conserves: the net cost of every service; what cannot move goes to UNALLOCATED

with

solution_flows as (

    select * from {{ ref('alloc_solution_flows') }}

),

shares as (

    select * from {{ ref('alloc_exit_shares') }}

),

resting_cost as (

    select
        scenario,
        rule_set,
        fiscal_period,
        service_id,
        expense_type,
        cast(sum(amount_minor) as bigint) as amount_minor
    from solution_flows
    group by scenario, rule_set, fiscal_period, service_id, expense_type

)

select
    resting_cost.scenario,
    resting_cost.rule_set,
    resting_cost.fiscal_period,
    resting_cost.service_id,
    resting_cost.expense_type,
    coalesce(shares.to_id, 'UNALLOCATED') as to_id,
    shares.rule_id,
    shares.method,
    case when shares.to_id is null then 'no_matching_rule' else shares.reason_code end
        as reason_code,
    {{ split_minor_units(
        'resting_cost.amount_minor', 'coalesce(shares.c0, 0)', 'coalesce(shares.c1, 1)'
    ) }} as amount_minor
from resting_cost
left join shares
    on
        resting_cost.rule_set = shares.rule_set
        and resting_cost.fiscal_period = shares.fiscal_period
        and resting_cost.service_id = shares.service_id
