-- grain: one flow of a standard rate rule that is not charged to anybody
-- why: what a rate charges too much or too little is a receiver of its rule too
-- reads: flows of three layers
-- conserves: every such flow once

{{ config(materialized='view') }}

with

pool_flows as (

    select * from {{ ref('alloc_pool_flows') }}

),

tower_flows as (

    select * from {{ ref('alloc_tower_flows') }}

),

consumer_flows as (

    select * from {{ ref('alloc_consumer_flows') }}

),

flows as (

    select
        scenario,
        rule_set,
        fiscal_period,
        'cost_pool' as rule_layer,
        measure,
        rule_id,
        '*' as from_id,
        to_layer,
        to_id,
        reason_code,
        amount_minor
    from pool_flows

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'resource_tower' as rule_layer,
        measure,
        rule_id,
        from_id,
        to_layer,
        to_id,
        reason_code,
        amount_minor
    from tower_flows

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'solution' as rule_layer,
        measure,
        rule_id,
        service_id as from_id,
        to_layer,
        to_id,
        reason_code,
        amount_minor
    from consumer_flows

)

select
    scenario,
    rule_set,
    fiscal_period,
    rule_layer,
    rule_id,
    from_id,
    to_layer,
    to_id,
    reason_code,
    amount_minor
from flows
where measure = 'amount' and reason_code in ('volume_variance', 'spending_variance')
