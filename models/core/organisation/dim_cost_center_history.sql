-- grain: one cost centre and the dates for which its row holds
-- why: names and places in the hierarchy as they were
-- reads: input_ledger__cost_centers
-- conserves: every delivered row

with

cost_centers as (

    select * from {{ ref('input_ledger__cost_centers') }}

)

select
    cost_center_id,
    valid_from,
    valid_to,
    coalesce(cost_center_name, cost_center_id) as cost_center_name,
    parent_cost_center_id,
    legal_entity_id,
    manager_name,
    coalesce(is_it, true) as is_it
from cost_centers
