-- grain: one usable journal line whose id an earlier line bears
-- why: a line that comes twice counts once, also when it comes in another file
-- reads: stg_files__judged_journal_lines
-- conserves: every usable line of an id but the first, in the order of files and lines

with

usable as (

    select
        line_id,
        file_name,
        line_number
    from {{ ref('stg_files__judged_journal_lines') }}
    where reject_reason is null

),

repeated_ids as (

    select line_id
    from usable
    group by line_id
    having count(*) > 1

)

select
    usable.file_name,
    usable.line_number
from usable
inner join repeated_ids on usable.line_id = repeated_ids.line_id
qualify
    row_number() over (
        partition by usable.line_id order by usable.file_name, usable.line_number
    ) > 1
