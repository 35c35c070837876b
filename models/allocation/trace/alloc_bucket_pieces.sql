-- grain: one bucket, rule set and way that a part of its money takes
-- why: which accounts, cost centres and vendors stand behind a cell, without reading lines
-- reads: alloc_bucket_positions, alloc_trace_paths
-- conserves: every bucket over its ways

{{ config(materialized='view') }}

with

buckets as (

    select * from {{ ref('alloc_bucket_positions') }}

),

paths as (

    select * from {{ ref('alloc_trace_paths') }}

),

on_pools as (

    select
        paths.*,
        buckets.bucket_id,
        buckets.start_minor as bucket_from,
        buckets.start_minor + buckets.amount_minor as bucket_to
    from buckets
    inner join paths
        on
            buckets.scenario = paths.scenario
            and buckets.rule_set = paths.rule_set
            and buckets.fiscal_period = paths.fiscal_period
            and buckets.measure = paths.measure
            and buckets.sender_id = paths.sender_id

),

on_towers as (

    select
        *,
        tower_start + {{ split_minor_units('bucket_from', 'pool_c0', 'pool_c1') }} as tower_from,
        tower_start + {{ split_minor_units('bucket_to', 'pool_c0', 'pool_c1') }} as tower_to
    from on_pools

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
    scenario,
    rule_set,
    fiscal_period,
    measure,
    bucket_id,
    sender_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
    pool_rule_id,
    tower_id,
    service_id,
    consumer_id,
    stopped_before,
    place,
    reason_code,
    amount_minor
from on_consumers
where amount_minor <> 0
