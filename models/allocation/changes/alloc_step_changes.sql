-- grain: one compared step and place whose share differs
-- why: what differs on the way of money; shares that are the same on both sides cancel
-- reads: alloc_compared_steps, alloc_step_shares
-- conserves: differences of a step add up to 0; behind the twelfth decimal nothing differs

with

steps as (

    select * from {{ ref('alloc_compared_steps') }}

),

shares as (

    select * from {{ ref('alloc_step_shares') }}

),

sided_shares as (

    select
        steps.*,
        coalesce(shares.to_layer, 'stopped') as to_layer,
        coalesce(shares.to_id, 'UNALLOCATED') as to_id,
        coalesce(shares.share, 1) as before_share,
        0 as after_share,
        -coalesce(shares.entry_share, 1) as entry_change
    from steps
    left join shares
        on
            steps.based_on = shares.rule_set
            and steps.fiscal_period = shares.fiscal_period
            and steps.sender_layer = shares.sender_layer
            and steps.before_rule_id = shares.rule_id
            and steps.before_from_id = shares.from_id

    union all

    select
        steps.*,
        coalesce(shares.to_layer, 'stopped'),
        coalesce(shares.to_id, 'UNALLOCATED'),
        0,
        coalesce(shares.share, 1),
        coalesce(shares.entry_share, 1)
    from steps
    left join shares
        on
            steps.rule_set = shares.rule_set
            and steps.fiscal_period = shares.fiscal_period
            and steps.sender_layer = shares.sender_layer
            and steps.after_rule_id = shares.rule_id
            and steps.after_from_id = shares.from_id

),

compared_shares as (

    select
        rule_set,
        based_on,
        fiscal_period,
        sender_layer,
        before_rule_id,
        before_from_id,
        after_rule_id,
        after_from_id,
        to_layer,
        to_id,
        sum(before_share) as before_share,
        sum(after_share) as after_share,
        sum(entry_change) as entry_change
    from sided_shares
    group by all

),

judged_shares as (

    select
        *,
        max(abs(entry_change)) over (
            partition by
                rule_set, fiscal_period, sender_layer, before_rule_id, before_from_id,
                after_rule_id, after_from_id
        ) > 0.000000000001 as is_entry_change
    from compared_shares

)

select
    rule_set,
    based_on,
    fiscal_period,
    sender_layer,
    before_rule_id,
    before_from_id,
    after_rule_id,
    after_from_id,
    to_layer,
    to_id,
    before_share,
    after_share,
    is_entry_change
from judged_shares
where abs(after_share - before_share) > 0.000000000001
