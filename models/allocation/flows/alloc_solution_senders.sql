-- grain: one scenario, rule set, period, measure, service or application and expense type
-- why: what rests on each service, with the rule that takes it to consumers
-- reads: alloc_solution_flows, alloc_object_rules, alloc_standard_charges
-- conserves: everything that cost pools and towers sent to rest in the solution layer

with

flows as (

    select * from {{ ref('alloc_solution_flows') }} where {{ in_stale_periods() }}

),

service_rules as (

    select * from {{ ref('alloc_object_rules') }}
    where {{ in_stale_periods() }} and sender_layer = 'solution'

),

charges as (

    select
        *,
        'amount' as measure
    from {{ ref('alloc_standard_charges') }}
    where {{ in_stale_periods() }}

),

services as (

    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        service_id,
        expense_type,
        cast(sum(amount_minor) as bigint) as amount_minor
    from flows
    group by scenario, rule_set, fiscal_period, measure, service_id, expense_type

)

select
    {{ period_number('services.fiscal_period') }} + row_number() over (
        partition by services.fiscal_period
        order by
            services.scenario, services.rule_set, services.measure, services.service_id,
            services.expense_type
    ) as sender_id,
    services.scenario,
    services.rule_set,
    services.fiscal_period,
    services.measure,
    services.service_id,
    services.expense_type,
    service_rules.rule_id,
    service_rules.method,
    services.amount_minor,
    {{ rated_part('charges.charged_minor') }} as charged_part,
    {{ rated_part('charges.budgeted_minor') }} as budgeted_part
from services
left join service_rules
    on
        services.rule_set = service_rules.rule_set
        and services.fiscal_period = service_rules.fiscal_period
        and services.service_id = service_rules.from_id
left join charges
    on
        services.measure = charges.measure
        and services.rule_set = charges.rule_set
        and services.fiscal_period = charges.fiscal_period
        and services.service_id = charges.from_id
        and service_rules.rule_id = charges.rule_id
window
    rated_cost as (
        partition by
            services.scenario, services.rule_set, services.fiscal_period, services.measure,
            services.service_id
    )
