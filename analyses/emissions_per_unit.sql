-- Which services emit most for each unit used, and how much of what they can give lies idle,
-- this year beside the year before. A unit's own quantity counts, not that of other services.
-- Run it: dbt show --select emissions_per_unit --limit 40 --output json; without json, dbt prints
-- six columns.
with

emissions as (

    select
        fiscal_period,
        service_id,
        sum(quantity) as kilograms
    from {{ ref('fct_service_quantity') }}
    where scenario = 'actual' and rule_set = 'current' and measure = 'kgCO2e'
    group by fiscal_period, service_id

),

unit_cost as (

    select *
    from {{ ref('fct_unit_cost') }}
    where scenario = 'actual' and rule_set = 'current'

),

fiscal_periods as (

    select * from {{ ref('dim_fiscal_periods') }}

),

services as (

    select * from {{ ref('dim_services') }}

),

by_year as (

    select
        emissions.service_id,
        fiscal_periods.fiscal_year,
        unit_cost.unit,
        sum(emissions.kilograms) as kilograms,
        sum(unit_cost.quantity) as used_quantity,
        sum(unit_cost.capacity_quantity) as capacity_quantity
    from emissions
    inner join unit_cost
        on
            emissions.fiscal_period = unit_cost.fiscal_period
            and emissions.service_id = unit_cost.service_id
    inner join fiscal_periods on emissions.fiscal_period = fiscal_periods.fiscal_period
    where unit_cost.quantity > 0
    group by all

),

per_unit as (

    select
        *,
        {{ divide('kilograms', 'used_quantity', 6) }} as kilograms_per_unit,
        {{ percent_of('capacity_quantity - used_quantity', 'capacity_quantity') }} as idle_percent
    from by_year

)

select
    this_year.fiscal_year,
    services.service_name,
    this_year.unit,
    this_year.kilograms,
    this_year.kilograms_per_unit,
    year_before.kilograms_per_unit as kilograms_per_unit_before,
    this_year.idle_percent,
    year_before.idle_percent as idle_percent_before,
    this_year.idle_percent - year_before.idle_percent as idle_change
from per_unit as this_year
inner join services on this_year.service_id = services.service_id
left join per_unit as year_before
    on
        this_year.service_id = year_before.service_id
        and this_year.unit = year_before.unit
        and this_year.fiscal_year = year_before.fiscal_year + 1
where this_year.fiscal_year = (select max(fiscal_year) from per_unit)
order by this_year.kilograms_per_unit desc
