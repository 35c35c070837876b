-- grain: one file of journal lines, column and text in it
-- why: what a line becomes hangs on what these texts name; its file is new when that changes
-- reads: stg_files__journal_values, stg_files__journal_versions, stg_files__repeated_journal_lines
-- conserves: every text of these columns, once for each file

with

named as (

    select * from {{ ref('stg_files__journal_values') }}

),

versions as (

    select * from {{ ref('stg_files__journal_versions') }}

),

repeated_lines as (

    select * from {{ ref('stg_files__repeated_journal_lines') }}

),

repeated as (

    select
        file_name,
        cast(sum({{ row_hash('repeated_lines') }}) as varchar) as lines_hash
    from repeated_lines
    group by file_name

)

select
    named.file_name,
    md5(versions.file_version || coalesce(repeated.lines_hash, '')) as file_version,
    named.column_name,
    named.value,
    named.day
from named
left join versions on named.file_name = versions.file_name
left join repeated on named.file_name = repeated.file_name
