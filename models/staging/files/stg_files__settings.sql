-- grain: one row, the workspace
-- why: the settings of workspace.yml as columns
-- reads: landing.settings
-- conserves: one row even when no setting was made

with

settings as (

    select * from {{ source('landing', 'settings') }}

)

select
    max(value) filter (where name = 'company') as company,
    coalesce(max(value) filter (where name = 'reporting_currency'), 'USD') as reporting_currency,
    coalesce(max(value) filter (where name = 'calendar_type'), 'calendar_month') as calendar_type,
    cast(
        coalesce(max(value) filter (where name = 'fiscal_year_start_month'), '1') as integer
    ) as fiscal_year_start_month,
    coalesce(max(value) filter (where name = 'week_start'), 'monday') as week_start,
    coalesce(
        max(value) filter (where name = 'fiscal_year_named_after'), 'end'
    ) as fiscal_year_named_after,
    cast(
        coalesce(max(value) filter (where name = 'first_fiscal_year'), '2000') as integer
    ) as first_fiscal_year,
    cast(
        coalesce(max(value) filter (where name = 'last_fiscal_year'), '2050') as integer
    ) as last_fiscal_year,
    cast(
        max(value) filter (where name = 'closed_through' and value <> '') as date
    ) as closed_through,
    cast(
        coalesce(max(value) filter (where name = 'ledger_loss_limit'), '0.001') as decimal(18, 9)
    ) as ledger_loss_limit,
    coalesce(max(value) filter (where name = 'stop_on'), '') as stop_on,
    coalesce(max(value) filter (where name = 'cloud_deliveries'), 'replace') as cloud_deliveries
from settings
