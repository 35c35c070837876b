-- grain: one scenario, rule set, period, measure, pool sender and way of its quantity
-- why: cost pool, tower, service and consumer in one row, for kgCO2e or heads as for money
-- reads: alloc_path_pieces, dim_measures
-- conserves: every measure: what reaches consumers and what stops adds up to what was delivered

{{ config(materialized='view') }}

with

pieces as (

    select * from {{ ref('alloc_path_pieces') }} where measure <> 'amount'

),

measures as (

    select * from {{ ref('dim_measures') }}

)

select
    pieces.scenario,
    pieces.rule_set,
    pieces.fiscal_period,
    pieces.measure,
    measures.unit,
    pieces.sender_id as path_sender_id,
    pieces.cost_pool,
    pieces.cost_sub_pool,
    pieces.expense_type,
    pieces.is_credit,
    pieces.pool_rule_id,
    pieces.pool_part,
    pieces.tower,
    pieces.sub_tower,
    pieces.tower_rule_id,
    pieces.tower_part,
    pieces.service_id,
    pieces.service_rule_id,
    pieces.service_part,
    pieces.consumer_id,
    pieces.stopped_before,
    pieces.place,
    pieces.reason_code,
    pieces.pool_share,
    pieces.tower_share,
    pieces.service_share,
    {{ from_thousandths('pieces.amount_minor') }} as quantity
from pieces
left join measures on pieces.measure = measures.measure
