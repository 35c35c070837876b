-- grain: one rule that takes nothing in any period, and why
-- why: filters that never meet together, or earlier rules that take all, go unseen
-- reads: alloc_untaken_rules, alloc_candidates, alloc_filter_faults
-- conserves: every such rule once; a rule for all that is left may find nothing left

with

idle_rules as (

    select * from {{ ref('alloc_untaken_rules') }}

),

candidates as (

    select * from {{ ref('alloc_candidates') }}

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

-- a rule for what several others leave may find nothing
rivals as (

    select distinct
        matches.defined_in,
        matches.layer,
        matches.rule_id
    from matches
    inner join candidates as others
        on
            matches.rule_set = others.rule_set
            and matches.layer = others.layer
            and matches.sender = others.sender
            and matches.sequence > others.sequence

),

-- what nobody else takes, and the rule does not take either
missed as (

    select
        matches.defined_in,
        matches.layer,
        matches.rule_id,
        min(matches.example) as example,
        bool_and(matches.lacks_tag) as lacks_tag
    from matches
    left join rivals
        on
            matches.defined_in = rivals.defined_in
            and matches.layer = rivals.layer
            and matches.rule_id = rivals.rule_id
    where rivals.rule_id is null
    group by matches.defined_in, matches.layer, matches.rule_id

),

-- one earlier rule takes all
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
    coalesce(outranked.example, missed.example) as object_id,
    idle_rules.file_name,
    idle_rules.line_number,
    case
        when missed.lacks_tag
            then 'takes nothing: nothing that it matches, such as ' || missed.example
                || ', carries a tag; tag the lines, or remove the rule'
        when missed.rule_id is not null
            then 'takes nothing: what it matches, such as ' || missed.example
                || ', has no money within its dates; correct them, or remove the rule'
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
left join missed
    on
        idle_rules.defined_in = missed.defined_in
        and idle_rules.layer = missed.layer
        and idle_rules.rule_id = missed.rule_id
-- one member of a filter that matches nothing is told by itself
left join told_rules
    on idle_rules.defined_in = told_rules.rule_set and idle_rules.rule_id = told_rules.rule_id
where
    told_rules.rule_id is null
    and (
        outranked.rule_id is not null
        or missed.rule_id is not null
        or not exists (
            select 1
            from matches
            where
                matches.defined_in = idle_rules.defined_in
                and matches.layer = idle_rules.layer
                and matches.rule_id = idle_rules.rule_id
        )
    )
