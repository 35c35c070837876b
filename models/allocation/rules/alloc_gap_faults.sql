-- grain: one rule that must leave no gaps, and does
-- why: an owner who says no_gaps wants to hear of a period without a rule before the bill does
-- reads: candidates of all layers, alloc_effective_rules, alloc_bucket_profiles, alloc_cost_buckets
-- conserves: every rule with a gap once, with its first sender and period

with

rules as (

    select * from {{ ref('alloc_effective_rules') }}

),

classified_buckets as (

    select * from {{ ref('alloc_classified_buckets') }}

),

pool_candidates as (

    select * from {{ ref('alloc_pool_candidates') }} where not lacks_tag

),

object_candidates as (

    select * from {{ ref('alloc_object_candidates') }}

),

periods_with_money as (

    select distinct fiscal_period from classified_buckets

),

candidates as (

    select
        rule_set,
        'cost_pool' as sender_layer,
        cast(profile_id as varchar) || cost_pool || ' / ' || cost_sub_pool || ' / ' || expense_type
            as sender,
        cost_pool || ' / ' || cost_sub_pool || ' / ' || expense_type as example,
        rule_id,
        valid_from,
        valid_to
    from pool_candidates

    union all

    select
        rule_set,
        sender_layer,
        from_id || ' ' || cost_pool || ' / ' || cost_sub_pool || ' / ' || expense_type,
        from_id,
        rule_id,
        valid_from,
        valid_to
    from object_candidates

),

sender_periods as (

    select distinct
        rule_set,
        'cost_pool' as sender_layer,
        cast(profile_id as varchar) || cost_pool || ' / ' || cost_sub_pool || ' / ' || expense_type
            as sender,
        fiscal_period
    from classified_buckets
    where reason_code is null

    union all

    select distinct
        candidates.rule_set,
        candidates.sender_layer,
        candidates.sender,
        periods_with_money.fiscal_period
    from candidates
    cross join periods_with_money
    where candidates.sender_layer <> 'cost_pool'

),

guarded_senders as (

    select
        rules.defined_in,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        candidates.rule_set,
        candidates.sender_layer,
        candidates.sender,
        candidates.example
    from rules
    inner join candidates
        on rules.rule_set = candidates.rule_set and rules.rule_id = candidates.rule_id
    where rules.no_gaps

),

gaps as (

    select
        guarded_senders.defined_in,
        guarded_senders.rule_id,
        guarded_senders.file_name,
        guarded_senders.line_number,
        guarded_senders.example,
        sender_periods.fiscal_period
    from guarded_senders
    inner join sender_periods
        on
            guarded_senders.rule_set = sender_periods.rule_set
            and guarded_senders.sender_layer = sender_periods.sender_layer
            and guarded_senders.sender = sender_periods.sender
    left join candidates
        on
            guarded_senders.rule_set = candidates.rule_set
            and guarded_senders.sender_layer = candidates.sender_layer
            and guarded_senders.sender = candidates.sender
            and sender_periods.fiscal_period between candidates.valid_from and candidates.valid_to
    where candidates.rule_id is null

)

select
    'error' as severity,
    'gap' as fault,
    defined_in as rule_set,
    rule_id,
    file_name,
    line_number,
    'says no_gaps, but no rule takes ' || min(example) || ' in the period from '
    || cast(min(fiscal_period) as varchar)
    || case
        when count(distinct fiscal_period) > 1
            then ' and ' || cast(count(distinct fiscal_period) - 1 as varchar) || ' more'
        else ''
    end
    || '; widen the dates of a rule, or add one' as message
from gaps
group by defined_in, rule_id, file_name, line_number
