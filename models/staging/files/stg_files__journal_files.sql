-- grain: one file of journal lines
-- why: another version of a file, or of the code, is what makes its lines be read again
-- reads: stg_files__input_files
-- conserves: every file of journal lines

{{ config(materialized='view') }}

with

files as (

    select * from {{ ref('stg_files__input_files') }}

)

select
    file_name,
    md5(fingerprint || '{{ code_version() }}') as file_version
from files
where domain = 'ledger' and table_name = 'journal_lines'
