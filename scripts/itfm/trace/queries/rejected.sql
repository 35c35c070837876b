-- Delivered rows of an id that were left out, with file, line and reason.
select
    table_name,
    file_name,
    line_number,
    reason_code,
    column_name,
    raw_row
from reconciliation.rec_rejected_rows
where
    table_name in ('journal_lines', 'budget_lines', 'forecast_lines', 'quantities')
    and contains(raw_row, $line_id)
    and case
        when json_valid(raw_row)
            then
                $line_id in (
                    json_extract_string(raw_row, '$.line_id'),
                    json_extract_string(raw_row, '$.quantity_id')
                )
        -- a row that no reader could cut into columns: one of its fields is the id
        else list_contains(string_split_regex(raw_row, '[,;|\t"'']'), $line_id)
    end
order by file_name, line_number
