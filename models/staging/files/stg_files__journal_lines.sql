-- grain: one line of a posted journal, usable or not
-- why: lines are judged once for each version of their file; whether an id comes twice, anew
-- reads: stg_files__judged_journal_lines, stg_files__repeated_journal_lines
-- conserves: every delivered row, with a reject_reason where it cannot be used

{{ config(materialized='view') }}

with

judged as (

    select * from {{ ref('stg_files__judged_journal_lines') }}

),

repeated as (

    select * from {{ ref('stg_files__repeated_journal_lines') }}

)

select
    judged.line_id,
    judged.document_id,
    judged.posting_date,
    judged.period_name,
    judged.fiscal_period,
    judged.document_date,
    judged.account_id,
    judged.cost_center_id,
    judged.vendor_id,
    judged.vendor_name,
    judged.project_id,
    judged.service_id,
    judged.application_id,
    judged.consumer_id,
    judged.contract_id,
    judged.asset_id,
    judged.legal_entity_id,
    judged.expense_type,
    judged.entry_type,
    judged.reverses_line_id,
    judged.description,
    judged.amount,
    judged.currency_code,
    judged.file_name,
    judged.line_number,
    case
        when repeated.line_number is not null then 'repeated_key:line_id'
        else judged.reject_reason
    end as reject_reason
from judged
left join repeated
    on judged.file_name = repeated.file_name and judged.line_number = repeated.line_number
