-- grain: one row, the workspace
-- why: the settings that models need, beyond the ledger's rows
-- reads: stg_files__settings
-- conserves: one row

with

settings as (

    select * from {{ ref('stg_files__settings') }}

)

select
    company,
    reporting_currency,
    calendar_type,
    fiscal_year_start_month,
    ledger_loss_limit,
    stop_on
from settings
