-- grain: one employee or position and the dates for which the row holds
-- why: who works in IT, in which role and cost centre
-- reads: input_workforce__employees
-- conserves: every delivered row

with

employees as (

    select * from {{ ref('input_workforce__employees') }}

)

select
    employee_id,
    valid_from,
    valid_to,
    role_name,
    coalesce(cost_center_id, 'UNKNOWN') as cost_center_id,
    coalesce(employment_type, 'internal') as employment_type,
    vendor_id,
    coalesce(fte, 1) as fte,
    location
from employees
