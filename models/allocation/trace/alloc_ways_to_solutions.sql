-- grain: one pool sender and way of its money to where it rests among services and applications
-- why: past the towers or through one, in one shape
-- reads: alloc_tower_arrivals, alloc_solution_arrivals
-- conserves: everything that comes to rest in the solution layer

{{ config(materialized='view') }}

with

on_towers as (

    select * from {{ ref('alloc_tower_arrivals') }}

),

on_services as (

    select * from {{ ref('alloc_solution_arrivals') }}

)

select
    scenario,
    rule_set,
    fiscal_period,
    measure,
    sender_id,
    cost_pool,
    cost_sub_pool,
    rule_id as pool_rule_id,
    part as pool_part,
    c0 as pool_c0,
    c1 as pool_c1,
    'DIRECT' as tower_id,
    cast(null as varchar) as tower_rule_id,
    '' as tower_part,
    cast(0 as bigint) as tower_start,
    cast(0 as double) as tower_c0,
    cast(1 as double) as tower_c1,
    service_id,
    solution_sender_id,
    start_minor as service_start
from on_services
where sender_layer = 'cost_pool'

union all

select
    on_services.scenario,
    on_services.rule_set,
    on_services.fiscal_period,
    on_services.measure,
    on_towers.sender_id,
    on_towers.cost_pool,
    on_towers.cost_sub_pool,
    on_towers.rule_id as pool_rule_id,
    on_towers.part as pool_part,
    on_towers.c0 as pool_c0,
    on_towers.c1 as pool_c1,
    on_towers.tower_id,
    on_services.rule_id as tower_rule_id,
    on_services.part as tower_part,
    on_towers.start_minor as tower_start,
    on_services.c0 as tower_c0,
    on_services.c1 as tower_c1,
    on_services.service_id,
    on_services.solution_sender_id,
    on_services.start_minor as service_start
from on_services
inner join on_towers
    on
        on_services.sender_id = on_towers.tower_sender_id
        and on_services.scenario = on_towers.scenario
        and on_services.rule_set = on_towers.rule_set
        and on_services.fiscal_period = on_towers.fiscal_period
        and on_services.measure = on_towers.measure
        and on_services.cost_pool = on_towers.cost_pool
        and on_services.cost_sub_pool = on_towers.cost_sub_pool
where on_services.sender_layer = 'resource_tower'
