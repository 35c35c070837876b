-- grain: one ledger or plan line
-- why: which bucket a line stands in, so that money can be followed from and to single lines
-- reads: fct_ledger_lines, fct_plan_lines, alloc_description_classes, alloc_cost_buckets
-- conserves: every line once; the lines of a bucket add up to it

{{ config(materialized='view') }}

with

ledger_lines as (

    select * from {{ same_database(ref('fct_ledger_lines')) }}

),

plan_lines as (

    select * from {{ same_database(ref('fct_plan_lines')) }}

),

description_classes as (

    select * from {{ same_database(ref('alloc_description_classes')) }}

),

buckets as (

    select * from {{ same_database(ref('alloc_cost_buckets')) }} where measure = 'amount'

),

lines as (

    select
        'actual' as scenario,
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
        amount
    from ledger_lines

    union all

    select
        scenario,
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
        amount
    from plan_lines

)

select
    lines.scenario,
    lines.fiscal_period,
    lines.line_id,
    buckets.bucket_id,
    {{ to_minor('lines.amount') }} as amount_minor
from lines
left join description_classes as classes
    on
        lines.fiscal_period = classes.fiscal_period
        and lower(lines.description) = classes.description
inner join buckets
    on
        lines.scenario = buckets.scenario
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
        and (lines.amount < 0) = buckets.is_credit
