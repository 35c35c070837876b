-- grain: one scenario, rule set, period, pool sender and way of its money
-- why: cost pool, tower, service and consumer in one row: what a bill is made of, exact
-- reads: alloc_path_pieces
-- conserves: the ledger: what reaches consumers and what stops adds up to it

{{ config(materialized='view') }}

with

pieces as (

    select * from {{ ref('alloc_path_pieces') }} where measure = 'amount'

)

select
    scenario,
    rule_set,
    fiscal_period,
    sender_id as path_sender_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
    is_credit,
    pool_rule_id,
    pool_part,
    tower,
    sub_tower,
    tower_rule_id,
    tower_part,
    service_id,
    service_rule_id,
    service_part,
    consumer_id,
    stopped_before,
    place,
    reason_code,
    pool_share,
    tower_share,
    service_share,
    {{ from_minor('amount_minor') }} as amount
from pieces
