-- grain: one rule that takes nothing in any period, though its dates and names are right
-- why: filters that never meet together, or earlier rules that take all, go unseen
-- reads: rules of both kinds, alloc_candidates, alloc_taking_rules, alloc_filter_faults
-- conserves: every such rule once; a rule for all that is left may find nothing left

with

rules as (

    select
        rule_set,
        defined_in,
        rule_id,
        sender_layer as layer,
        case sender_layer
            when 'cost_pool' then 'money of a cost pool'
            when 'resource_tower' then 'money of a tower'
            else 'service or application'
        end as sought,
        valid_from,
        valid_to,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}
    where
        from_filter || cost_pool_filter || cost_sub_pool_filter || expense_type_filter
        || account_filter || cost_center_filter || vendor_filter || project_filter
        <> '********'

    union all

    select
        rule_set,
        defined_in,
        rule_id,
        'classification',
        'line of the ledger',
        valid_from,
        valid_to,
        file_name,
        line_number
    from {{ ref('alloc_classification_rules') }}
    where
        account_filter || cost_center_filter || vendor_filter || project_filter
        || entry_type_filter || description_filter <> '******'

),

periods_with_money as (

    select distinct fiscal_period from {{ ref('alloc_cost_buckets') }}

),

candidates as (

    select * from {{ ref('alloc_candidates') }}

),

taking_rules as (

    select * from {{ ref('alloc_taking_rules') }}

),

-- a rule may take nothing in one rule set and something in another that shares it
idle_rules as (

    select
        rules.defined_in,
        rules.rule_id,
        rules.layer,
        rules.sought,
        rules.file_name,
        rules.line_number,
        min(rules.rule_set) as rule_set
    from rules
    left join taking_rules
        on
            rules.rule_set = taking_rules.rule_set
            and rules.layer = taking_rules.layer
            and rules.rule_id = taking_rules.rule_id
    where
        exists (
            select 1
            from periods_with_money
            where periods_with_money.fiscal_period between rules.valid_from and rules.valid_to
        )
    group by
        rules.defined_in, rules.rule_id, rules.layer, rules.sought, rules.file_name,
        rules.line_number
    having count(taking_rules.rule_id) = 0

),

told_rules as (

    select distinct
        rule_set,
        rule_id
    from {{ ref('alloc_filter_faults') }}

),

matches as (

    select
        idle_rules.defined_in,
        candidates.*,
        count(*) over (
            partition by idle_rules.defined_in, idle_rules.layer, idle_rules.rule_id
        ) as senders
    from idle_rules
    inner join candidates
        on
            idle_rules.rule_set = candidates.rule_set
            and idle_rules.layer = candidates.layer
            and idle_rules.rule_id = candidates.rule_id

),

-- one earlier rule takes all; a rule for what several others leave may find nothing
outranked as (

    select
        matches.defined_in,
        matches.layer,
        matches.rule_id,
        min(matches.example) as example,
        others.rule_id as other_rule_id,
        others.sequence as other_sequence
    from matches
    inner join candidates as others
        on
            matches.rule_set = others.rule_set
            and matches.layer = others.layer
            and matches.sender = others.sender
            and matches.sequence > others.sequence
            and matches.valid_from >= others.valid_from
            and matches.valid_to <= others.valid_to
    where not others.lacks_tag
    group by
        matches.defined_in, matches.layer, matches.rule_id, others.rule_id, others.sequence
    having count(*) = max(matches.senders)
    qualify
        row_number() over (
            partition by matches.defined_in, matches.layer, matches.rule_id
            order by others.sequence, others.rule_id
        ) = 1

)

select
    'takes_nothing' as fault,
    idle_rules.defined_in,
    idle_rules.rule_id,
    outranked.example as object_id,
    idle_rules.file_name,
    idle_rules.line_number,
    case
        when outranked.rule_id is null
            then 'takes nothing: no ' || idle_rules.sought || ' meets all of its filters; '
                || 'correct them, or remove the rule'
        else
            'takes nothing: rule ' || outranked.other_rule_id || ' of the earlier sequence '
            || cast(outranked.other_sequence as varchar) || ' takes all that it matches, such as '
            || outranked.example || '; give it an earlier sequence, or remove it'
    end as message
from idle_rules
left join outranked
    on
        idle_rules.defined_in = outranked.defined_in
        and idle_rules.layer = outranked.layer
        and idle_rules.rule_id = outranked.rule_id
-- one member of a filter that matches nothing is told by itself
left join told_rules
    on idle_rules.defined_in = told_rules.rule_set and idle_rules.rule_id = told_rules.rule_id
where
    told_rules.rule_id is null
    and (
        outranked.rule_id is not null
        or not exists (
            select 1
            from matches
            where
                matches.defined_in = idle_rules.defined_in
                and matches.layer = idle_rules.layer
                and matches.rule_id = idle_rules.rule_id
        )
    )
