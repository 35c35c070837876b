-- grain: one configuration item
-- why: what runs, of which class and size
-- reads: input_cmdb__configuration_items
-- conserves: every delivered item

with

configuration_items as (

    select * from {{ ref('input_cmdb__configuration_items') }}

)

select
    ci_id,
    coalesce(ci_name, ci_id) as ci_name,
    lower(ci_class) as ci_class,
    environment,
    coalesce(lower(operational_status), 'operational') as operational_status,
    site,
    coalesce(cost_weight, 1) as cost_weight,
    installed_on,
    retired_on
from configuration_items
