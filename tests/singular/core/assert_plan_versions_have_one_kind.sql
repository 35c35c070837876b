-- Fails when a budget version and a forecast version have the same name: they would become one
-- scenario and their money would be added up. Rename one of them in its file.
select
    scenario,
    count(distinct plan_type) as kinds
from {{ ref('fct_plan_lines') }}
group by scenario
having count(distinct plan_type) > 1
