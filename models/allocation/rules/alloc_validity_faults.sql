-- grain: one rule that is never valid, leaves a forbidden gap, or begins or ends amid a period
-- why: dates that leave a gap send money elsewhere, or nowhere, without a word
-- reads: rules of both kinds, alloc_candidates, alloc_cost_buckets, dim_fiscal_days
-- conserves: every such rule once, with one sender and the first open period

with

periods_with_money as (

    select distinct fiscal_period from {{ ref('alloc_cost_buckets') }}

),

allocation_rules as (

    select * from {{ ref('alloc_effective_rules') }}

),

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        valid_from,
        valid_to,
        file_name,
        line_number
    from allocation_rules

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

candidates as (

    select * from {{ ref('alloc_candidates') }}
    where layer <> 'classification' and not lacks_tag

),

watched_senders as (

    select distinct
        candidates.rule_set,
        candidates.layer,
        candidates.sender,
        candidates.example,
        allocation_rules.defined_in,
        candidates.rule_id,
        allocation_rules.file_name,
        allocation_rules.line_number
    from candidates
    inner join allocation_rules
        on
            candidates.rule_set = allocation_rules.rule_set
            and candidates.rule_id = allocation_rules.rule_id
    where allocation_rules.no_gaps

),

open_periods as (

    select
        watched_senders.*,
        periods_with_money.fiscal_period
    from watched_senders
    cross join periods_with_money
    left join candidates
        on
            watched_senders.rule_set = candidates.rule_set
            and watched_senders.layer = candidates.layer
            and watched_senders.sender = candidates.sender
            and periods_with_money.fiscal_period
            between candidates.valid_from and candidates.valid_to
    where candidates.rule_id is null

),

faults as (

    select
        'error' as severity,
        'gap' as fault,
        defined_in as rule_set,
        rule_id,
        file_name,
        line_number,
        'must leave no gap, but no rule takes ' || min(example) || ' in '
        || cast(count(distinct fiscal_period) as varchar) || ' of the periods that have money, '
        || 'first in that from ' || cast(min(fiscal_period) as varchar)
        || '; widen its dates, or add a rule for those periods' as message
    from open_periods
    group by defined_in, rule_id, file_name, line_number

    union all

    select
        'warning',
        'begins_within_period',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'is valid from ' || cast(rules.valid_from as varchar) || ', within the period from '
        || cast(fiscal_days.fiscal_period as varchar) || '; a rule holds for whole periods that '
        || 'begin in its days, so this one begins with the next: write the first day of a period'
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
        and rules.rule_id not in (
            select alike.rule_id
            from rules as alike
            group by alike.rule_id
            having count(distinct alike.rule_set) > 1
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
