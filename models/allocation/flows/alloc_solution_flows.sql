-- grain: one flow of a pool or tower that comes to rest on a service or application
-- why: what arrives in the solution layer, past the towers or through one, in one shape
-- reads: alloc_pool_flows, alloc_tower_flows
-- conserves: every such flow once

{{ config(materialized='view') }}

select
    'cost_pool' as sender_layer,
    sender_id,
    scenario,
    rule_set,
    fiscal_period,
    measure,
    cost_pool,
    cost_sub_pool,
    expense_type,
    rule_id,
    part,
    to_id as service_id,
    c0,
    c1,
    amount_minor
from {{ ref('alloc_pool_flows') }}
where to_layer = 'solution' and reason_code is null

union all

select
    'resource_tower' as sender_layer,
    sender_id,
    scenario,
    rule_set,
    fiscal_period,
    measure,
    cost_pool,
    cost_sub_pool,
    expense_type,
    rule_id,
    part,
    to_id as service_id,
    c0,
    c1,
    amount_minor
from {{ ref('alloc_tower_flows') }}
where to_layer = 'solution' and reason_code is null
