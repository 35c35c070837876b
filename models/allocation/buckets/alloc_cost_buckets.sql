-- grain: one scenario, period and combination of what rules can see, debits and credits apart
-- why: all later steps work on buckets, not on lines: their work does not grow with the ledger
-- reads: fct_ledger_lines, fct_plan_lines, fct_quantities, alloc_description_classes
-- conserves: the amount or quantity of every line, exactly, in minor units

with

ledger_lines as (

    select * from {{ ref('fct_ledger_lines') }} where {{ in_stale_periods() }}

),

plan_lines as (

    select * from {{ ref('fct_plan_lines') }} where {{ in_stale_periods() }}

),

quantities as (

    select * from {{ ref('fct_quantities') }} where {{ in_stale_periods() }}

),

description_classes as (

    select * from {{ ref('alloc_description_classes') }} where {{ in_stale_periods() }}

),

lines as (

    select
        'actual' as scenario,
        'amount' as measure,
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
        cast(amount * 100 as bigint) as amount_minor
    from ledger_lines

    union all

    select
        scenario,
        'amount' as measure,
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
        cast(amount * 100 as bigint) as amount_minor
    from plan_lines

    union all

    select
        scenario,
        measure,
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
        cast(quantity * 1000 as bigint) as amount_minor
    from quantities

),

buckets as (

    select
        lines.scenario,
        lines.measure,
        lines.fiscal_period,
        lines.account_id,
        coalesce(lines.cost_center_id, '') as cost_center_id,
        coalesce(lines.vendor, '') as vendor,
        coalesce(lines.project_id, '') as project_id,
        coalesce(lines.entry_type, '') as entry_type,
        coalesce(classes.description_class, '') as description_class,
        coalesce(lines.expense_type, '') as expense_type,
        coalesce(lines.service_id, '') as service_id,
        coalesce(lines.application_id, '') as application_id,
        coalesce(lines.consumer_id, '') as consumer_id,
        lines.amount_minor < 0 as is_credit,
        cast(sum(lines.amount_minor) as bigint) as amount_minor,
        count(*) as line_count
    from lines
    left join description_classes as classes
        on
            lines.fiscal_period = classes.fiscal_period
            and lines.description = classes.description
    group by all

)

select
    {{ period_number('fiscal_period') }} + row_number() over (
        partition by fiscal_period
        order by
            scenario, measure, account_id, cost_center_id, vendor, project_id, entry_type,
            description_class, expense_type, service_id, application_id, consumer_id, is_credit
    ) as bucket_id,
    scenario,
    fiscal_period,
    measure,
    account_id,
    cost_center_id,
    vendor,
    project_id,
    entry_type,
    description_class,
    expense_type,
    service_id,
    application_id,
    consumer_id,
    is_credit,
    amount_minor,
    line_count
from buckets
