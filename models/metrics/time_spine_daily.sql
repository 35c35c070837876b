-- grain: one day of the periods that hold money
-- why: the time axis that metrics are asked along
-- reads: dim_fiscal_days, dim_fiscal_periods
-- conserves: each day once

with

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

fiscal_periods as (

    select * from {{ ref('dim_fiscal_periods') }}

)

select fiscal_days.day as date_day
from fiscal_days
where fiscal_days.fiscal_period in (select fiscal_period from fiscal_periods)
