-- grain: one ledger or plan line or row of a quantity, rule set and way that a part of it takes
-- why: from a cell back to its lines and from a line to everybody, for every measure alike
-- reads: alloc_line_positions, alloc_bucket_positions, alloc_trace_paths, dim_towers
-- conserves: every line over its ways, every flow to a consumer over its lines

{{ config(materialized='view') }}

with

lines as (

    select * from {{ ref('alloc_line_positions') }}

),

buckets as (

    select * from {{ ref('alloc_bucket_positions') }}

),

paths as (

    select * from {{ ref('alloc_trace_paths') }}

),

towers as (

    select * from {{ ref('dim_towers') }}

),

lines_in_senders as (

    select
        buckets.rule_set,
        lines.scenario,
        lines.fiscal_period,
        lines.measure,
        lines.line_id,
        lines.bucket_id,
        buckets.sender_id,
        lines.amount_minor as line_minor,
        buckets.start_minor + lines.start_minor as line_from,
        buckets.start_minor + lines.start_minor + lines.amount_minor as line_to
    from lines
    inner join buckets
        on
            lines.scenario = buckets.scenario
            and lines.fiscal_period = buckets.fiscal_period
            and lines.measure = buckets.measure
            and lines.bucket_id = buckets.bucket_id

),

on_towers as (

    select
        paths.*,
        lines.line_id,
        lines.bucket_id,
        lines.line_minor,
        paths.tower_start
        + {{ split_minor_units('lines.line_from', 'paths.pool_c0', 'paths.pool_c1') }}
            as tower_from,
        paths.tower_start
        + {{ split_minor_units('lines.line_to', 'paths.pool_c0', 'paths.pool_c1') }} as tower_to
    from lines_in_senders as lines
    inner join paths
        on
            lines.scenario = paths.scenario
            and lines.rule_set = paths.rule_set
            and lines.fiscal_period = paths.fiscal_period
            and lines.measure = paths.measure
            and lines.sender_id = paths.sender_id

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
    on_consumers.line_id,
    on_consumers.bucket_id,
    on_consumers.sender_id,
    on_consumers.cost_pool,
    on_consumers.cost_sub_pool,
    on_consumers.expense_type,
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
    on_consumers.line_minor,
    on_consumers.amount_minor
from on_consumers
left join towers on on_consumers.tower_id = towers.sub_tower
where on_consumers.amount_minor <> 0
