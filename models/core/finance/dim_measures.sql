-- grain: one measure
-- why: money and the quantities that travel with it, and the unit in which each is counted
-- reads: fct_quantities, input_ledger__workspace
-- conserves: every measure of a fact, money as amount

with

quantities as (

    select * from {{ ref('fct_quantities') }}

),

workspace as (

    select * from {{ ref('input_ledger__workspace') }}

)

select
    'amount' as measure,
    reporting_currency as unit,
    100 as parts_per_unit
from workspace

union all

select distinct
    measure,
    unit,
    1000 as parts_per_unit
from quantities
