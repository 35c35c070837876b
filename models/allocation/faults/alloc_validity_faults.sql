-- grain: one rule that is never valid, or begins or ends amid a period
-- why: dates that are mistyped send money elsewhere, or nowhere, without a word
-- reads: rules of both kinds, alloc_rule_set_lineage, alloc_cost_buckets, dim_fiscal_days
-- conserves: every such rule once

with

periods_with_money as (

    select distinct fiscal_period from {{ ref('alloc_cost_buckets') }}

),

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        valid_from,
        valid_to,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

    union all

    select distinct
        defined_in,
        rule_id,
        valid_from,
        valid_to,
        file_name,
        line_number
    from {{ ref('alloc_classification_rules') }}

),

lineage as (

    select * from {{ ref('alloc_rule_set_lineage') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

fiscal_periods as (

    select
        fiscal_period,
        min(day) as first_day,
        max(day) as last_day
    from fiscal_days
    group by fiscal_period

),

faults as (

    select
        'warning' as severity,
        'begins_within_period' as fault,
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'is valid from ' || cast(rules.valid_from as varchar) || ', within the period from '
        || cast(fiscal_days.fiscal_period as varchar) || '; a rule holds for whole periods that '
        || 'begin in its days, so this one begins with the next: write the first day of a period'
            as message
    from rules
    inner join fiscal_days on rules.valid_from = fiscal_days.day
    inner join fiscal_periods on fiscal_days.fiscal_period = fiscal_periods.fiscal_period
    where rules.valid_from <> fiscal_periods.first_day and rules.valid_from <= rules.valid_to

    union all

    select
        'warning',
        'ends_within_period',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'is valid to ' || cast(rules.valid_to as varchar) || ', within the period from '
        || cast(fiscal_days.fiscal_period as varchar) || '; a rule holds for whole periods that '
        || 'begin in its days, so it holds for all of this one: write the last day of a period'
    from rules
    inner join fiscal_days on rules.valid_to = fiscal_days.day
    inner join fiscal_periods on fiscal_days.fiscal_period = fiscal_periods.fiscal_period
    where rules.valid_to <> fiscal_periods.last_day and rules.valid_from <= rules.valid_to

    union all

    select
        'warning',
        'never_used',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'holds in no period that has money; '
        || case
            when
                rules.valid_from
                > (select max(money.fiscal_period) from periods_with_money as money)
                then 'leave it when it is meant for later, else mend its dates'
            else 'mend its dates, or remove it'
        end
    from rules
    left join periods_with_money
        on periods_with_money.fiscal_period between rules.valid_from and rules.valid_to
    where
        periods_with_money.fiscal_period is null
        and rules.valid_from <= rules.valid_to
        -- a copy that never holds is how a rule set takes away a rule of its base
        and not exists (
            select 1
            from rules as taken_away
            inner join lineage on taken_away.rule_set = lineage.defined_in
            where
                taken_away.rule_id = rules.rule_id
                and lineage.rule_set = rules.rule_set
                and lineage.defined_in <> rules.rule_set
        )
        and (select count(*) from {{ ref('alloc_cost_buckets') }}) > 0

)

select
    severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
