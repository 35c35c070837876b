-- grain: one proposed rule set, scenario, period, standard rate rule, sender, money and place
-- why: a rate charges its price whatever the shares; what it charges otherwise is its own doing
-- reads: alloc_rule_set_pairs, senders of three layers, alloc_step_shares, alloc_moved_shares
-- conserves: what a rule charges more it takes from its variances: moves of a rule add up to 0

with

pairs as (

    select * from {{ ref('alloc_rule_set_pairs') }}

),

shares as (

    select * from {{ ref('alloc_step_shares') }}

),

rated_senders as (

    select * from {{ ref('alloc_rated_senders') }}

),

-- what the rate does beside the shares, by which all cost would go to the users
corrections as (

    select
        rated_senders.*,
        shares.to_layer,
        shares.to_id,
        rated_senders.parts * shares.share * (rated_senders.charged_part - 1) as corrected
    from rated_senders
    inner join shares
        on
            rated_senders.rule_set = shares.rule_set
            and rated_senders.fiscal_period = shares.fiscal_period
            and rated_senders.step = shares.sender_layer
            and rated_senders.rule_id = shares.rule_id
            and rated_senders.from_id = shares.from_id

    union all

    select
        *,
        'stopped',
        'VOLUME_VARIANCE',
        parts * (budgeted_part - charged_part)
    from rated_senders

    union all

    select
        *,
        'stopped',
        'SPENDING_VARIANCE',
        parts * (1 - budgeted_part)
    from rated_senders

),

-- shares that differ under the same rule: by its own change, or by that of a network behind it
moved_shares as (

    select * from {{ ref('alloc_moved_shares') }}
    where before_rule_id = after_rule_id and before_from_id = after_from_id

),

-- who moves the shares moves only what is charged; the variances stay with the rate, whose own
-- move is what is left
uncharged_moves as (
    {% for is_own, is_after in [(false, true), (false, false), (true, true), (true, false)] %}
    select
        pairs.rule_set,
        pairs.based_on,
        senders.scenario,
        senders.fiscal_period,
        {{ is_after }} as is_after,
        senders.step as sender_layer,
        {{ 'senders.step' if is_own else 'moved_shares.step' }} as step,
        {{ 'senders.rule_id' if is_own else 'moved_shares.moved_by' }} as moved_by,
        senders.from_id,
        senders.cost_pool,
        senders.cost_sub_pool,
        senders.expense_type,
        moved_shares.to_layer,
        moved_shares.to_id,
        {{ '-' if is_own == is_after }}{{ whole_parts(
            'senders.parts * (senders.charged_part - 1) * moved_shares.'
            ~ ('after_share' if is_after else 'before_share')
        ) }} as parts
    from pairs
    inner join rated_senders as senders on pairs.rule_set = senders.rule_set
    inner join moved_shares
        on
            pairs.rule_set = moved_shares.rule_set
            and senders.fiscal_period = moved_shares.fiscal_period
            and senders.step = moved_shares.sender_layer
            and senders.rule_id = moved_shares.after_rule_id
            and senders.from_id = moved_shares.after_from_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

moves as (

    select
        pairs.rule_set,
        pairs.based_on,
        corrections.scenario,
        corrections.fiscal_period,
        corrections.rule_set = pairs.rule_set or moved_shares.to_id is null as is_after,
        corrections.step as sender_layer,
        corrections.step,
        corrections.rule_id as moved_by,
        corrections.from_id,
        corrections.cost_pool,
        corrections.cost_sub_pool,
        corrections.expense_type,
        corrections.to_layer,
        corrections.to_id,
        {{ whole_parts('corrections.corrected') }}
        * case when corrections.rule_set = pairs.rule_set then 1 else -1 end as parts
    from pairs
    inner join corrections on corrections.rule_set in (pairs.rule_set, pairs.based_on)
    left join moved_shares
        on
            pairs.rule_set = moved_shares.rule_set
            and corrections.fiscal_period = moved_shares.fiscal_period
            and corrections.step = moved_shares.sender_layer
            and corrections.rule_id = moved_shares.after_rule_id
            and corrections.from_id = moved_shares.after_from_id
            and corrections.to_layer = moved_shares.to_layer
            and corrections.to_id = moved_shares.to_id

    union all

    select * from uncharged_moves

)

select
    rule_set,
    based_on,
    scenario,
    fiscal_period,
    is_after,
    sender_layer,
    step,
    moved_by,
    from_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
    to_layer,
    to_id,
    cast(sum(parts) as bigint) as parts
from moves
group by all
having sum(parts) <> 0
