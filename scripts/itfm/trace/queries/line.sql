-- The line of a forward trace, with its bucket and the rule that classifies it.
select
    lines.scenario,
    lines.fiscal_period,
    lines.line_id,
    lines.posting_date,
    lines.account_id,
    lines.cost_center_id,
    lines.vendor,
    lines.description,
    lines.amount,
    lines.file_name,
    lines.line_number
from
    (
        select
            'actual' as scenario,
            fiscal_period,
            line_id,
            posting_date,
            account_id,
            cost_center_id,
            vendor,
            description,
            amount,
            file_name,
            line_number
        from core.fct_ledger_lines

        union all

        select
            scenario,
            fiscal_period,
            line_id,
            posting_date,
            account_id,
            cost_center_id,
            vendor,
            description,
            amount,
            file_name,
            line_number
        from core.fct_plan_lines
    ) as lines
where lines.line_id = $line_id
