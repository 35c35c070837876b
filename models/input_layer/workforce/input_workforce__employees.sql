-- grain: one position or employee and the dates for which the row holds
-- why: the contract for workforce.employees: rows that can be used, from whatever system
-- reads: stg_files__employees
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__employees') }}

)

select
    employee_id,
    role_name,
    cost_center_id,
    employment_type,
    vendor_id,
    fte,
    location,
    valid_from,
    valid_to,
    file_name,
    line_number
from staged
where reject_reason is null
