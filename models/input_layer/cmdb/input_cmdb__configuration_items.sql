-- grain: one configuration item
-- why: the contract for cmdb.configuration_items: rows that can be used, from whatever system
-- reads: stg_files__configuration_items
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__configuration_items') }}

)

select
    ci_id,
    ci_name,
    ci_class,
    environment,
    operational_status,
    site,
    cost_weight,
    installed_on,
    retired_on,
    file_name,
    line_number
from staged
where reject_reason is null
