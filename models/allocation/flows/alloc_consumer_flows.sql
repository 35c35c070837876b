-- grain: one scenario, rule set, fiscal period, service (or DIRECT), rule and consumer
-- why: the last step: what rests on a service goes on somebody's bill
-- reads: alloc_solution_flows, alloc_exit_shares, alloc_pool_flows, alloc_tower_flows
-- conserves: the net cost of every service and all money that passed the services

with

solution_flows as (

    select * from {{ ref('alloc_solution_flows') }} where service_id <> 'DIRECT'

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
        cast(sum(amount_minor) as bigint) as amount_minor
    from solution_flows
    group by scenario, rule_set, fiscal_period, service_id

),

flows_past_services as (

    select
        scenario,
        rule_set,
        fiscal_period,
        to_id,
        rule_id,
        method,
        amount_minor
    from {{ ref('alloc_pool_flows') }}
    where to_layer = 'consumer' and to_id <> 'UNALLOCATED'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        to_id,
        rule_id,
        method,
        amount_minor
    from {{ ref('alloc_tower_flows') }}
    where to_layer = 'consumer' and to_id <> 'UNALLOCATED'

)

select
    resting_cost.scenario,
    resting_cost.rule_set,
    resting_cost.fiscal_period,
    resting_cost.service_id,
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

union all

select
    scenario,
    rule_set,
    fiscal_period,
    'DIRECT' as service_id,
    to_id,
    rule_id,
    method,
    cast(null as varchar) as reason_code,
    cast(sum(amount_minor) as bigint) as amount_minor
from flows_past_services
group by scenario, rule_set, fiscal_period, to_id, rule_id, method
