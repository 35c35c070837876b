-- grain: one object that can hand cost to a consumer: a service, an application or DIRECT
-- why: gives every service_id of a fact a name and a unit
-- reads: input_cmdb__services, dim_applications
-- conserves: every service and application; DIRECT for money that needs no service

with

services as (

    select * from {{ ref('input_cmdb__services') }}

),

applications as (

    select * from {{ ref('dim_applications') }}

)

select
    service_id,
    coalesce(service_name, service_id) as service_name,
    coalesce(service_type, 'business') as service_type,
    solution_category,
    solution_name,
    owner_name,
    unit_of_measure,
    capacity_quantity
from services

union all

select
    application_id,
    application_name,
    'application',
    null,
    null,
    owner_name,
    null,
    null
from applications
where application_id not in (select service_id from services)

union all

select
    'DIRECT',
    'Direct to the consumer',
    'direct',
    null,
    null,
    null,
    null,
    null
