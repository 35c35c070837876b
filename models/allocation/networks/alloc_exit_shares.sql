-- grain: one rule set, fiscal period, object of a layer, rule, receiver and part of the cost
-- why: what rests on an object leaves its layer; shares are counted among receivers outside it
-- reads: alloc_shares
-- conserves: every object that hands anything on past its layer, wholly

{{ config(materialized='view') }}

with

shares as (

    select * from {{ ref('alloc_shares') }}
    where sender_layer <> 'cost_pool' and exit_c1 is not null

)

select
    rule_set,
    fiscal_period,
    sender_layer as layer,
    from_id,
    rule_id,
    part,
    to_layer,
    to_id,
    method,
    method_used,
    reason_code,
    weight,
    units,
    leaving_units as total_units,
    exit_c0 as c0,
    exit_c1 as c1,
    driver_period
from shares
