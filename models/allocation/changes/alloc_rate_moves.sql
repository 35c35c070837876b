-- grain: one proposed rule set, scenario, period, standard rate rule, sender, money and place
-- why: a rate charges its price whatever the shares; what it charges otherwise is its own doing
-- reads: alloc_rule_set_pairs, senders of three layers, alloc_step_shares
-- conserves: what a rule charges more it takes from its variances: its moves add up to 0

with

pairs as (

    select * from {{ ref('alloc_rule_set_pairs') }}

),

shares as (

    select * from {{ ref('alloc_step_shares') }}

),

rated_senders as (

    select
        scenario,
        rule_set,
        fiscal_period,
        'cost_pool' as step,
        rule_id,
        '*' as from_id,
        cost_pool,
        cost_sub_pool,
        expense_type,
        amount_minor * 1000 as parts,
        charged_part,
        budgeted_part
    from {{ ref('alloc_pool_senders') }}
    where measure = 'amount' and method = 'standard_rate'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'resource_tower',
        rule_id,
        from_id,
        cost_pool,
        cost_sub_pool,
        expense_type,
        amount_minor * 1000,
        charged_part,
        budgeted_part
    from {{ ref('alloc_tower_senders') }}
    where measure = 'amount' and method = 'standard_rate'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'solution',
        rule_id,
        service_id,
        '',
        '',
        expense_type,
        amount_minor * 1000,
        charged_part,
        budgeted_part
    from {{ ref('alloc_solution_senders') }}
    where measure = 'amount' and method = 'standard_rate'

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

)

select
    pairs.rule_set,
    pairs.based_on,
    corrections.scenario,
    corrections.fiscal_period,
    true as is_after,
    corrections.step,
    corrections.rule_id as moved_by,
    corrections.from_id,
    corrections.cost_pool,
    corrections.cost_sub_pool,
    corrections.expense_type,
    corrections.to_layer,
    corrections.to_id,
    cast(
        sum(
            {{ whole_parts('corrected') }}
            * case when corrections.rule_set = pairs.rule_set then 1 else -1 end
        ) as bigint
    ) as parts
from pairs
inner join corrections on corrections.rule_set in (pairs.rule_set, pairs.based_on)
group by all
having
    sum(
        {{ whole_parts('corrected') }}
        * case when corrections.rule_set = pairs.rule_set then 1 else -1 end
    ) <> 0
