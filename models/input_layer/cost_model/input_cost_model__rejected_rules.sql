-- grain: one unusable row or header of the cost model or of the drivers, or reserved name
-- why: the allocation stops before money moves when a rule or a weight is missing
-- reads: stg_files__rejected_rules
-- conserves: every such row and header

with

rejected as (

    select * from {{ ref('stg_files__rejected_rules') }}

)

select
    domain,
    table_name,
    file_name,
    line_number,
    rule_set,
    rule_id,
    driver_id,
    names,
    split_part(reject_reason, ':', 1) as reason_code,
    nullif(split_part(reject_reason, ':', 2), '') as column_name,
    advice
from rejected
