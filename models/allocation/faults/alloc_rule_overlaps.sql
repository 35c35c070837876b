-- grain: one rule set and pair of rules that take one sender at one sequence in the same days
-- why: first match wins only if there is a first; a tie would leave the choice to chance
-- reads: alloc_candidates, alloc_effective_rules
-- conserves: every such pair once, with one sender as an example

with

candidates as (

    select
        rule_set,
        layer,
        sender,
        example,
        rule_id,
        sequence,
        valid_from,
        valid_to
    from {{ ref('alloc_candidates') }}
    where not lacks_tag

    union all

    -- the same filters tie even before there is money to take
    select
        rule_set,
        sender_layer,
        'filters ' || lower(
            from_filter || ' / ' || cost_pool_filter || ' / ' || cost_sub_pool_filter || ' / '
            || expense_type_filter || ' / ' || account_filter || ' / ' || cost_center_filter
            || ' / ' || vendor_filter || ' / ' || project_filter
        ),
        'what their equal filters name',
        rule_id,
        sequence,
        valid_from,
        valid_to
    from {{ ref('alloc_effective_rules') }}

)

select
    candidates.rule_set,
    candidates.layer,
    candidates.rule_id,
    others.rule_id as other_rule_id,
    candidates.sequence,
    coalesce(
        min(case when candidates.sender not like 'filters %' then candidates.example end),
        min(candidates.example)
    ) as example
from candidates
inner join candidates as others
    on
        candidates.rule_set = others.rule_set
        and candidates.layer = others.layer
        and candidates.sender = others.sender
        and candidates.sequence = others.sequence
        and candidates.rule_id < others.rule_id
        and candidates.valid_from <= others.valid_to
        and candidates.valid_to >= others.valid_from
group by
    candidates.rule_set, candidates.layer, candidates.rule_id, others.rule_id, candidates.sequence
