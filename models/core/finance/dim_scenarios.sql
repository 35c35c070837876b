-- grain: one scenario
-- why: actuals, each budget version and each forecast version run through the same models
-- reads: fct_plan_lines
-- conserves: every scenario that holds money; actual always

with

plan_lines as (

    select * from {{ ref('fct_plan_lines') }}

)

select
    'actual' as scenario,
    'actual' as scenario_type

union all

select
    scenario,
    min(plan_type) as scenario_type
from plan_lines
group by scenario
