-- grain: one line of a contract
-- why: the contract for contracts.contract_lines: rows that can be used, from whatever system
-- reads: stg_files__contract_lines
-- conserves: every row without a reject_reason; the others stand in rec_rejected_rows

with

staged as (

    select * from {{ ref('stg_files__contract_lines') }}

)

select
    contract_line_id,
    contract_id,
    description,
    application_id,
    service_id,
    start_date,
    end_date,
    quantity,
    unit,
    amount,
    currency_code,
    file_name,
    line_number
from staged
where reject_reason is null
