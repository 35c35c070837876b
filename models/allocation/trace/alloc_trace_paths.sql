-- grain: one pool sender and way that a part of its money takes to a consumer or to where it stops
-- why: three shares and two positions say exactly which cents of the sender go this way
-- reads: flows of three layers, pool senders, alloc_tower_arrivals, alloc_ways_to_solutions
-- conserves: every pool sender wholly: the parts of its ways add up to it

{{ config(materialized='view') }}

with

senders as (

    select * from {{ ref('alloc_pool_senders') }}

),

pool_flows as (

    select * from {{ ref('alloc_pool_flows') }}

),

tower_flows as (

    select * from {{ ref('alloc_tower_flows') }}

),

consumer_flows as (

    select * from {{ ref('alloc_consumer_flows') }}

),

on_towers as (

    select * from {{ ref('alloc_tower_arrivals') }}

),

ways_to_services as (

    select * from {{ ref('alloc_ways_to_solutions') }}

),

ways as (

    select
        ways_to_services.*,
        flows.to_layer,
        flows.to_id,
        flows.reason_code,
        flows.rule_id as service_rule_id,
        flows.part as service_part,
        flows.c0 as service_c0,
        flows.c1 as service_c1
    from ways_to_services
    inner join consumer_flows as flows
        on
            ways_to_services.solution_sender_id = flows.sender_id
            and ways_to_services.scenario = flows.scenario
            and ways_to_services.rule_set = flows.rule_set
            and ways_to_services.fiscal_period = flows.fiscal_period
            and ways_to_services.measure = flows.measure

    union all

    -- what towers hand to consumers past all services, or cannot hand on
    select
        on_towers.scenario,
        on_towers.rule_set,
        on_towers.fiscal_period,
        on_towers.measure,
        on_towers.sender_id,
        on_towers.cost_pool,
        on_towers.cost_sub_pool,
        on_towers.rule_id as pool_rule_id,
        on_towers.part as pool_part,
        on_towers.c0 as pool_c0,
        on_towers.c1 as pool_c1,
        on_towers.tower_id,
        flows.rule_id as tower_rule_id,
        flows.part as tower_part,
        on_towers.start_minor as tower_start,
        flows.c0 as tower_c0,
        flows.c1 as tower_c1,
        case when flows.reason_code is null then 'DIRECT' end,
        null,
        0,
        flows.to_layer,
        flows.to_id,
        flows.reason_code,
        null,
        '',
        0,
        1
    from on_towers
    inner join tower_flows as flows
        on
            on_towers.tower_sender_id = flows.sender_id
            and on_towers.scenario = flows.scenario
            and on_towers.rule_set = flows.rule_set
            and on_towers.fiscal_period = flows.fiscal_period
            and on_towers.measure = flows.measure
    where flows.to_layer = 'consumer' or flows.reason_code is not null

    union all

    -- what cost pools hand to consumers past all layers, or cannot hand on
    select
        scenario,
        rule_set,
        fiscal_period,
        measure,
        sender_id,
        cost_pool,
        cost_sub_pool,
        rule_id,
        part,
        c0,
        c1,
        case when reason_code is null then 'DIRECT' end,
        null,
        '',
        0,
        0,
        1,
        case when reason_code is null then 'DIRECT' end,
        null,
        0,
        to_layer,
        to_id,
        reason_code,
        null,
        '',
        0,
        1
    from pool_flows
    where to_layer = 'consumer' or reason_code is not null

)

select
    ways.scenario,
    ways.rule_set,
    ways.fiscal_period,
    ways.measure,
    ways.sender_id,
    ways.cost_pool,
    ways.cost_sub_pool,
    senders.expense_type,
    senders.is_credit,
    senders.amount_minor as sender_minor,
    ways.pool_rule_id,
    ways.pool_part,
    ways.tower_id,
    ways.tower_rule_id,
    ways.tower_part,
    ways.service_id,
    ways.service_rule_id,
    ways.service_part,
    case when ways.reason_code is null then ways.to_id end as consumer_id,
    case when ways.reason_code is not null then ways.to_layer end as stopped_before,
    case when ways.reason_code is not null then ways.to_id end as place,
    ways.reason_code,
    ways.pool_c0,
    ways.pool_c1,
    ways.tower_start,
    ways.tower_c0,
    ways.tower_c1,
    ways.service_start,
    ways.service_c0,
    ways.service_c1
from ways
inner join senders
    on
        ways.sender_id = senders.sender_id
        and ways.scenario = senders.scenario
        and ways.rule_set = senders.rule_set
        and ways.fiscal_period = senders.fiscal_period
        and ways.measure = senders.measure
-- without an order, DuckDB 1.5 waits for ever where a client fetches a long union piece by piece
order by ways.scenario asc, ways.rule_set asc, ways.fiscal_period asc
