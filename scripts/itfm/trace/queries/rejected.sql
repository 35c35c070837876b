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
    and $line_id in (
        json_extract_string(raw_row, '$.line_id'), json_extract_string(raw_row, '$.quantity_id')
    )
order by file_name, line_number
