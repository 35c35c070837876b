-- grain: one pool sender of money or of another measure, and way that a part of it takes
-- why: what goes each way, exact, for every measure alike
-- reads: alloc_trace_paths, dim_towers
-- conserves: every pool sender over its ways

{{ config(materialized='view') }}

with

paths as (

    select * from {{ ref('alloc_trace_paths') }}

),

towers as (

    select * from {{ ref('dim_towers') }}

),

on_towers as (

    select
        *,
        tower_start as tower_from,
        tower_start + {{ split_minor_units('sender_minor', 'pool_c0', 'pool_c1') }} as tower_to
    from paths

),

on_services as (

    select
        *,
        service_start
        + {{ split_minor_units('tower_from', 'tower_c0', 'tower_c1') }} as service_from,
        service_start + {{ split_minor_units('tower_to', 'tower_c0', 'tower_c1') }} as service_to
    from on_towers

),

on_consumers as (

    select
        *,
        {{ split_minor_units('service_to', 'service_c0', 'service_c1') }}
        - {{ split_minor_units('service_from', 'service_c0', 'service_c1') }} as amount_minor
    from on_services

)

select
    on_consumers.scenario,
    on_consumers.rule_set,
    on_consumers.fiscal_period,
    on_consumers.measure,
    on_consumers.sender_id,
    on_consumers.cost_pool,
    on_consumers.cost_sub_pool,
    on_consumers.expense_type,
    on_consumers.is_credit,
    on_consumers.pool_rule_id,
    on_consumers.pool_part,
    coalesce(towers.tower, on_consumers.tower_id) as tower,
    on_consumers.tower_id as sub_tower,
    on_consumers.tower_rule_id,
    on_consumers.tower_part,
    on_consumers.service_id,
    on_consumers.service_rule_id,
    on_consumers.service_part,
    on_consumers.consumer_id,
    on_consumers.stopped_before,
    on_consumers.place,
    on_consumers.reason_code,
    on_consumers.pool_c1 - on_consumers.pool_c0 as pool_share,
    on_consumers.tower_c1 - on_consumers.tower_c0 as tower_share,
    on_consumers.service_c1 - on_consumers.service_c0 as service_share,
    on_consumers.amount_minor
from on_consumers
left join towers on on_consumers.tower_id = towers.sub_tower
