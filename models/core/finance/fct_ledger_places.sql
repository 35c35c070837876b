-- grain: one file, fiscal period, account and cost centre with ledger lines
-- why: whether lines that rules can see have changed shows without reading them all again
-- reads: fct_ledger_lines, dim_ledger_files
-- conserves: every ledger line, counted and hashed

{{
    config(
        materialized='incremental',
        incremental_strategy='by_file',
        on_schema_change='fail',
        pre_hook="{{ note_stale_files(ref('dim_ledger_files')) }}",
    )
}}

with

ledger_lines as (

    select
        fiscal_period,
        account_id,
        cost_center_id,
        vendor,
        project_id,
        entry_type,
        expense_type,
        service_id,
        application_id,
        consumer_id,
        description,
        amount,
        file_name,
        file_version
    from {{ ref('fct_ledger_lines') }}
    where {{ in_stale_files() }}

)

select
    file_name,
    file_version,
    fiscal_period,
    account_id,
    cost_center_id,
    count(*) as line_count,
    cast(sum({{ content_hash() }}) as decimal(38, 0)) as line_hashes
from ledger_lines
group by file_name, file_version, fiscal_period, account_id, cost_center_id
