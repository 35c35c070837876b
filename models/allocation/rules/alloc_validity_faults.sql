-- grain: one rule that is never valid, or leaves a gap that it must not leave
-- why: dates that leave a gap send money elsewhere, or nowhere, without a word
-- reads: rules of both kinds, candidates of the layers, alloc_cost_buckets
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

candidates as (

    select
        rule_set,
        'cost_pool ' || profile_id || cost_pool || cost_sub_pool || expense_type as sender,
        cost_pool || ' / ' || cost_sub_pool || ' / ' || expense_type as example,
        rule_id,
        valid_from,
        valid_to
    from {{ ref('alloc_pool_candidates') }}
    where not lacks_tag

    union all

    select
        rule_set,
        sender_layer || ' ' || from_id || cost_pool || cost_sub_pool || expense_type,
        from_id,
        rule_id,
        valid_from,
        valid_to
    from {{ ref('alloc_object_candidates') }}

),

watched_senders as (

    select distinct
        candidates.rule_set,
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
        'never_used',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'holds in no period that has money; mend its dates, or remove it'
    from rules
    left join periods_with_money
        on periods_with_money.fiscal_period between rules.valid_from and rules.valid_to
    where
        periods_with_money.fiscal_period is null
        and rules.valid_from <= rules.valid_to
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
