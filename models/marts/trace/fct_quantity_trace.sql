-- grain: one delivered row of a quantity, rule set and way that a part of it takes
-- why: from a cell of fct_consumer_quantity back to its rows, and from a row to everybody
-- reads: alloc_line_pieces, dim_measures
-- conserves: every row over its ways, every cell of fct_consumer_quantity over its rows

{{ config(materialized='view') }}

with

pieces as (

    -- the bound keeps DuckDB 1.5 from waiting for itself when everything is read at once
    select * from {{ ref('alloc_line_pieces') }}
    where measure <> 'amount' and fiscal_period >= cast('1900-01-01' as date)

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
    pieces.line_id as quantity_id,
    pieces.bucket_id,
    pieces.sender_id as path_sender_id,
    pieces.cost_pool,
    pieces.cost_sub_pool,
    pieces.expense_type,
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
    {{ from_thousandths('pieces.line_minor') }} as row_quantity,
    {{ from_thousandths('pieces.amount_minor') }} as quantity
from pieces
left join measures on pieces.measure = measures.measure
