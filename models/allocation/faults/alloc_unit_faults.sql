-- grain: one rule that compares quantities of two units
-- why: a rate times kilowatt-hours, or users of a capacity in gigabytes, say nothing
-- reads: effective rules, fallbacks, drivers, fct_service_usage, dim_services, object candidates
-- conserves: every such rule once for each comparison; units that are not delivered are not judged

with

rules as (

    select * from {{ ref('alloc_effective_rules') }}

),

-- a driver has one unit, and so has the use of a service
driver_units as (

    select
        driver_id,
        min(unit) as unit
    from {{ ref('input_consumption__drivers') }}
    group by driver_id

),

use_units as (

    select
        service_id,
        min(unit) as unit
    from {{ ref('fct_service_usage') }}
    group by service_id

),

rates as (

    select distinct
        rules.defined_in as rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        rules.driver_id,
        used.unit,
        rules.budget_driver_id,
        budgeted.unit as budget_unit
    from rules
    inner join driver_units as used on rules.driver_id = used.driver_id
    inner join driver_units as budgeted on rules.budget_driver_id = budgeted.driver_id
    where
        rules.method = 'standard_rate'
        and {{ unit_name('used.unit') }} <> {{ unit_name('budgeted.unit') }}

),

-- rules and positions that take the capacity of their service, not one of their own
capacity_rules as (

    select
        rule_set,
        defined_in,
        rule_id,
        driver_id,
        file_name,
        line_number
    from rules
    where method = 'capacity' and capacity is null

    union all

    select
        rules.rule_set,
        rules.defined_in,
        rules.rule_id,
        fallbacks.driver_id,
        fallbacks.file_name,
        fallbacks.line_number
    from rules
    inner join {{ ref('input_cost_model__allocation_fallbacks') }} as fallbacks
        on rules.defined_in = fallbacks.rule_set and rules.rule_id = fallbacks.rule_id
    where
        rules.method = 'hybrid' and fallbacks.method = 'capacity' and fallbacks.capacity is null

),

capacities as (

    select distinct
        capacity_rules.defined_in as rule_set,
        capacity_rules.rule_id,
        capacity_rules.file_name,
        capacity_rules.line_number,
        services.service_id,
        services.unit_of_measure,
        coalesce(driver_units.unit, use_units.unit) as unit
    from capacity_rules
    inner join {{ ref('alloc_object_candidates') }} as candidates
        on
            capacity_rules.rule_set = candidates.rule_set
            and capacity_rules.rule_id = candidates.rule_id
    inner join {{ ref('dim_services') }} as services on candidates.from_id = services.service_id
    left join driver_units on capacity_rules.driver_id = driver_units.driver_id
    left join use_units
        on
            case when capacity_rules.driver_id = 'service_usage' then candidates.from_id end
            = use_units.service_id
    where
        candidates.sender_layer = 'solution'
        and services.capacity_quantity is not null
        and {{ unit_name('coalesce(driver_units.unit, use_units.unit)') }}
        <> {{ unit_name('services.unit_of_measure') }}

)

select
    'warning' as severity,
    'different_units' as fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    'charges by the driver ' || driver_id || ' in ' || unit || ' and budgets by the driver '
    || budget_driver_id || ' in ' || budget_unit
    || '; write both alike, or convert one: variances of two units mean nothing' as message
from rates

union all

select
    'warning',
    'different_units',
    rule_set,
    rule_id,
    file_name,
    line_number,
    'measures the use of ' || min(service_id) || ' in ' || min_by(unit, service_id)
    || ', and its capacity in ' || min_by(unit_of_measure, service_id)
    || case when count(*) > 1 then ', and so of others' else '' end
    || '; write both alike, or convert one: of two units, nothing says what is idle'
from capacities
group by rule_set, rule_id, file_name, line_number
