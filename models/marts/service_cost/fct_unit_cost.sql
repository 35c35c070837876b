-- grain: one scenario, rule set, fiscal period and service
-- why: what one unit of a service costs to run; capital spending stands beside, not in it
-- reads: fct_service_cost, fct_service_usage, dim_services
-- conserves: amount and capex_amount add up to fct_service_cost, service by service

with

service_cost as (

    select
        scenario,
        rule_set,
        fiscal_period,
        service_id,
        sum(case when expense_type = 'CapEx' then 0 else amount end) as amount,
        sum(case when expense_type = 'CapEx' then amount else 0 end) as capex_amount
    from {{ ref('fct_service_cost') }}
    group by scenario, rule_set, fiscal_period, service_id

),

usage_by_unit as (

    select
        fiscal_period,
        service_id,
        unit,
        sum(case when used_by_type = 'consumer' then quantity end) as quantity,
        sum(quantity) as used_quantity
    from {{ ref('fct_service_usage') }}
    group by all

),

services as (

    select * from {{ ref('dim_services') }}

),

measured as (

    select
        service_id,
        min(fiscal_period) as first_period
    from usage_by_unit
    group by service_id

),

consumed as (

    -- quantities add up within one unit only: the service's own, or the first there is
    select
        usage_by_unit.fiscal_period,
        usage_by_unit.service_id,
        usage_by_unit.unit,
        usage_by_unit.quantity,
        usage_by_unit.used_quantity
    from usage_by_unit
    left join services on usage_by_unit.service_id = services.service_id
    qualify
        row_number() over (
            partition by usage_by_unit.fiscal_period, usage_by_unit.service_id
            order by
                case when usage_by_unit.quantity is null then 1 else 0 end,
                case when usage_by_unit.unit = services.unit_of_measure then 0 else 1 end,
                usage_by_unit.unit
        ) = 1

)

select
    service_cost.scenario,
    service_cost.rule_set,
    service_cost.fiscal_period,
    service_cost.service_id,
    cast(service_cost.amount as decimal(18, 2)) as amount,
    cast(consumed.quantity as decimal(28, 6)) as quantity,
    coalesce(consumed.unit, services.unit_of_measure) as unit,
    {{ divide('service_cost.amount', 'consumed.quantity', 6) }} as unit_cost,
    cast(services.capacity_quantity as decimal(28, 6)) as capacity_quantity,
    cast(consumed.used_quantity as decimal(28, 6)) as used_quantity,
    case
        -- of a capacity in another unit, nothing can be said
        when
            coalesce(consumed.unit, '')
            = coalesce(services.unit_of_measure, consumed.unit, '')
            then {{ percent_of('consumed.used_quantity', 'services.capacity_quantity') }}
    end as used_percent,
    cast(service_cost.capex_amount as decimal(18, 2)) as capex_amount,
    case
        when consumed.quantity > 0 then null
        when service_cost.service_id = 'DIRECT' then 'no_service'
        when consumed.quantity is not null then 'quantity_not_positive'
        when consumed.used_quantity is not null then 'used_by_services_only'
        when measured.first_period is null then 'never_measured'
        else 'not_measured_in_period'
    end as unit_cost_reason
from service_cost
left join services on service_cost.service_id = services.service_id
left join consumed
    on
        service_cost.fiscal_period = consumed.fiscal_period
        and service_cost.service_id = consumed.service_id
left join measured on service_cost.service_id = measured.service_id
