-- grain: one ledger or plan line, rule set and way that a part of its money takes
-- why: from a cell of the bill back to its lines, and from a line to everybody who pays for it
-- reads: alloc_line_pieces
-- conserves: every line over its ways, every cell of fct_consumer_cost over its lines

{{ config(materialized='view') }}

with

pieces as (

    -- the bound keeps DuckDB 1.5 from waiting for itself when everything is read at once
    select * from {{ ref('alloc_line_pieces') }}
    where measure = 'amount' and fiscal_period >= cast('1900-01-01' as date)

)

select
    scenario,
    rule_set,
    fiscal_period,
    line_id,
    bucket_id,
    sender_id as path_sender_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
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
    {{ from_minor('line_minor') }} as line_amount,
    {{ from_minor('amount_minor') }} as amount
from pieces
