-- grain: one fiscal period and configuration item that stands in it
-- why: an item weighs and carries others from its installation until it retires
-- reads: dim_configuration_items, dim_fiscal_periods
-- conserves: every item in each of its periods; one that is not operational has none

{{ config(materialized='view') }}

select
    fiscal_periods.fiscal_period,
    items.ci_id,
    items.ci_class,
    items.cost_weight
from {{ ref('dim_configuration_items') }} as items
inner join {{ ref('dim_fiscal_periods') }} as fiscal_periods
    on
        coalesce(items.installed_on, fiscal_periods.end_date) <= fiscal_periods.end_date
        and coalesce(items.retired_on, fiscal_periods.fiscal_period) >= fiscal_periods.fiscal_period
where items.operational_status = 'operational' or items.retired_on is not null
