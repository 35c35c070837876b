-- grain: one fiscal period, service, user of it and unit
-- why: who used how much of a service: the driver of its cost and the quantity of its unit cost
-- reads: input_consumption__service_usage, dim_fiscal_days, input_cmdb__services
-- conserves: the delivered quantity, corrections added in

with

usage as (

    select * from {{ ref('input_consumption__service_usage') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

services as (

    select * from {{ ref('input_cmdb__services') }}

)

select
    fiscal_days.fiscal_period,
    usage.service_id,
    usage.used_by_type,
    usage.used_by_id,
    cast(sum(usage.quantity) as decimal(38, 12)) as quantity,
    coalesce(usage.unit, services.unit_of_measure) as unit
from usage
left join fiscal_days on usage.usage_date = fiscal_days.day
left join services on usage.service_id = services.service_id
group by all
