-- grain: one path through a network and object that its money passes
-- why: how much of the money passes each object: the rows of the inverse that are needed
-- reads: alloc_path_walks, alloc_circle_walks
-- conserves: the unit that enters, less what is cut off behind its fifteenth decimal

{{ config(materialized='view') }}

with

walks as (

    select * from {{ ref('alloc_path_walks') }}

),

circle_walks as (

    select * from {{ ref('alloc_circle_walks') }}

)

select
    path_id,
    rule_set,
    fiscal_period,
    sender_layer,
    rule_id,
    from_id,
    layer,
    object_id,
    quantity
from walks
where path_id not in (select path_id from circle_walks)

union all

select
    path_id,
    rule_set,
    fiscal_period,
    sender_layer,
    rule_id,
    from_id,
    layer,
    object_id,
    quantity
from circle_walks
