-- Ledger and plan lines, or rows of a quantity, of one id.
select
    'actual' as scenario,
    'amount' as measure,
    fiscal_period,
    line_id,
    posting_date,
    account_id,
    cost_center_id,
    vendor,
    description,
    amount,
    file_name,
    line_number
from core.fct_ledger_lines
where line_id = $line_id

union all

select
    scenario,
    'amount',
    fiscal_period,
    line_id,
    posting_date,
    account_id,
    cost_center_id,
    vendor,
    description,
    amount,
    file_name,
    line_number
from core.fct_plan_lines
where line_id = $line_id

union all

select
    scenario,
    measure,
    fiscal_period,
    quantity_id,
    quantity_date,
    account_id,
    cost_center_id,
    vendor,
    description,
    quantity,
    file_name,
    line_number
from core.fct_quantities
where quantity_id = $line_id
order by measure, scenario
