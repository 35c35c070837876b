-- Fails when the core holds other lines or amounts than the input layer, counted by currency: a
-- join that drops or doubles lines shows here, and so does a line that could not be converted.
with

input_lines as (

    select
        currency_code,
        count(*) as line_count,
        sum(amount) as amount_local
    from {{ ref('input_ledger__journal_lines') }}
    group by currency_code

),

core_lines as (

    select
        currency_code,
        count(*) as line_count,
        sum(amount_local) as amount_local,
        count(*) filter (where amount is null) as unconverted
    from {{ ref('fct_ledger_lines') }}
    group by currency_code

),

workspace as (

    select * from {{ ref('input_ledger__workspace') }}

),

input_by_currency as (

    select
        coalesce(input_lines.currency_code, workspace.reporting_currency) as currency_code,
        sum(input_lines.line_count) as line_count,
        sum(input_lines.amount_local) as amount_local
    from input_lines
    cross join workspace
    group by all

)

select
    coalesce(input_by_currency.currency_code, core_lines.currency_code) as currency_code,
    input_by_currency.line_count as input_lines,
    core_lines.line_count as core_lines,
    input_by_currency.amount_local as input_amount,
    core_lines.amount_local as core_amount,
    core_lines.unconverted
from input_by_currency
full outer join core_lines on input_by_currency.currency_code = core_lines.currency_code
where
    input_by_currency.line_count is distinct from core_lines.line_count
    or input_by_currency.amount_local is distinct from core_lines.amount_local
    or core_lines.unconverted > 0
