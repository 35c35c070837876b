-- grain: one ledger or plan line, or row of a quantity
-- why: which bucket a line stands in, so that money can be followed from and to single lines
-- reads: fct_ledger_lines, fct_plan_lines, fct_quantities, descriptions, alloc_cost_buckets
-- conserves: every line once; the lines of a bucket add up to it

{{ config(materialized='view') }}

with

ledger_lines as (

    select * from {{ ref('fct_ledger_lines') }}

),

plan_lines as (

    select * from {{ ref('fct_plan_lines') }}

),

quantities as (

    select * from {{ ref('fct_quantities') }}

),

description_classes as (

    select * from {{ ref('alloc_description_classes') }}

),

buckets as (

    select * from {{ ref('alloc_cost_buckets') }}

),

lines as (

    select
        'actual' as scenario,
        'amount' as measure,
        fiscal_period,
        line_id,
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
        {{ to_minor('amount') }} as amount_minor
    from ledger_lines

    union all

    select
        scenario,
        'amount' as measure,
        fiscal_period,
        line_id,
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
        {{ to_minor('amount') }} as amount_minor
    from plan_lines

    union all

    select
        scenario,
        measure,
        fiscal_period,
        quantity_id,
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
        {{ to_thousandths('quantity') }} as amount_minor
    from quantities

)

select
    lines.scenario,
    lines.fiscal_period,
    lines.measure,
    lines.line_id,
    buckets.bucket_id,
    lines.amount_minor
from lines
left join description_classes as classes
    on
        lines.fiscal_period = classes.fiscal_period
        and lines.description = classes.description
inner join buckets
    on
        lines.scenario = buckets.scenario
        and lines.measure = buckets.measure
        and lines.fiscal_period = buckets.fiscal_period
        and lines.account_id = buckets.account_id
        and coalesce(lines.cost_center_id, '') = buckets.cost_center_id
        and coalesce(lines.vendor, '') = buckets.vendor
        and coalesce(lines.project_id, '') = buckets.project_id
        and coalesce(lines.entry_type, '') = buckets.entry_type
        and coalesce(classes.description_class, '') = buckets.description_class
        and coalesce(lines.expense_type, '') = buckets.expense_type
        and coalesce(lines.service_id, '') = buckets.service_id
        and coalesce(lines.application_id, '') = buckets.application_id
        and coalesce(lines.consumer_id, '') = buckets.consumer_id
        and (lines.amount_minor < 0) = buckets.is_credit
