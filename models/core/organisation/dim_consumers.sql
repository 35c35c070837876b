-- grain: one consumer
-- why: who is billed
-- reads: input_consumption__consumers
-- conserves: every delivered consumer

with

consumers as (

    select * from {{ ref('input_consumption__consumers') }}

)

select
    consumer_id,
    coalesce(consumer_name, consumer_id) as consumer_name,
    parent_consumer_id,
    consumer_kind,
    headcount,
    cost_center_id,
    retired_on
from consumers
