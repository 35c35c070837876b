-- grain: one file of journal lines, column and text in it
-- why: whether a line can be used hangs on what these texts name in other inputs
-- reads: landing.ledger__journal_lines, stg_files__journal_files
-- conserves: every text of these columns, once for each file

{{
    config(
        materialized='incremental',
        incremental_strategy='by_file',
        on_schema_change='fail',
        pre_hook="{{ note_stale_files(ref('stg_files__journal_files')) }}",
    )
}}

with

delivered as (

    select * from {{ source('landing', 'ledger__journal_lines') }} where {{ in_stale_files() }}

),

dates as (

    select distinct
        file_name,
        posting_date,
        date_formats
    from delivered

),

texts as (

    select
        file_name,
        'posting_date' as column_name,
        {{ as_text('posting_date') }} as value,
        {{ as_date('posting_date') }} as day
    from dates

    {% for column in ['period_name', 'currency_code', 'account_id', 'vendor_id', 'vendor_name'] -%}
    union all

    select distinct
        file_name,
        '{{ column }}',
        {{ as_text('upper(currency_code)' if column == 'currency_code' else column) }},
        cast(null as date)
    from delivered

    {% endfor %}
)

select
    texts.file_name,
    files.file_version,
    texts.column_name,
    texts.value,
    min(texts.day) as day
from texts
left join {{ ref('stg_files__journal_files') }} as files on texts.file_name = files.file_name
group by texts.file_name, files.file_version, texts.column_name, texts.value
