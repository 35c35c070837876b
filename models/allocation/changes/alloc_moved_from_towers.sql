-- grain: one proposed rule set, scenario, period, side, rule that moves money, and place
-- why: what moved before carries its rule on; what arrived alike is compared at the tower's rule
-- reads: alloc_moves_from_pools, alloc_tower_senders, object rules, step and moved shares
-- conserves: what moved to towers, and each rule's own moves, in thousandths of a minor unit

with

moved as (

    select * from {{ ref('alloc_moves_from_pools') }}

),

senders as (

    select * from {{ ref('alloc_tower_senders') }} where measure = 'amount'

),

rules as (

    select * from {{ ref('alloc_object_rules') }} where sender_layer = 'resource_tower'

),

shares as (

    select * from {{ ref('alloc_step_shares') }} where sender_layer = 'resource_tower'

),

moved_shares as (

    select * from {{ ref('alloc_moved_shares') }} where sender_layer = 'resource_tower'

),

pairs as (

    select * from {{ ref('alloc_rule_set_pairs') }}

),

carried as (

    select
        moved.rule_set,
        moved.based_on,
        moved.scenario,
        moved.fiscal_period,
        moved.is_after,
        moved.step,
        moved.moved_by,
        coalesce(shares.to_layer, 'stopped') as to_layer,
        coalesce(shares.to_id, 'UNALLOCATED') as to_id,
        {{ whole_parts('moved.parts * coalesce(shares.share, 1)') }} as parts
    from moved
    left join rules
        on
            case when moved.is_after then moved.rule_set else moved.based_on end = rules.rule_set
            and moved.fiscal_period = rules.fiscal_period
            and moved.to_id = rules.from_id
            and moved.cost_pool = rules.cost_pool
            and moved.cost_sub_pool = rules.cost_sub_pool
            and moved.expense_type = rules.expense_type
    left join shares
        on
            rules.rule_set = shares.rule_set
            and rules.fiscal_period = shares.fiscal_period
            and rules.rule_id = shares.rule_id
            and rules.from_id = shares.from_id
    where moved.to_layer = 'resource_tower'

),

arrivals as (

    select
        pairs.rule_set,
        pairs.based_on,
        senders.scenario,
        senders.fiscal_period,
        senders.cost_pool,
        senders.cost_sub_pool,
        senders.expense_type,
        senders.from_id,
        senders.amount_minor * 1000 as parts
    from pairs
    inner join senders on pairs.based_on = senders.rule_set

    union all

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        to_id,
        parts
    from moved
    where to_layer = 'resource_tower' and not is_after

),

arrived_alike as (

    select
        arrivals.rule_set,
        arrivals.based_on,
        arrivals.scenario,
        arrivals.fiscal_period,
        arrivals.from_id as before_from_id,
        coalesce(rules_before.rule_id, '') as before_rule_id,
        coalesce(rules_after.rule_id, '') as after_rule_id,
        cast(sum(arrivals.parts) as bigint) as parts
    from arrivals
    left join rules as rules_before
        on
            arrivals.based_on = rules_before.rule_set
            and arrivals.fiscal_period = rules_before.fiscal_period
            and arrivals.from_id = rules_before.from_id
            and arrivals.cost_pool = rules_before.cost_pool
            and arrivals.cost_sub_pool = rules_before.cost_sub_pool
            and arrivals.expense_type = rules_before.expense_type
    left join rules as rules_after
        on
            arrivals.rule_set = rules_after.rule_set
            and arrivals.fiscal_period = rules_after.fiscal_period
            and arrivals.from_id = rules_after.from_id
            and arrivals.cost_pool = rules_after.cost_pool
            and arrivals.cost_sub_pool = rules_after.cost_sub_pool
            and arrivals.expense_type = rules_after.expense_type
    group by all

),

sides as (

    select true as is_after

    union all

    select false

),

moved_on as (

    select * from carried

    union all

    select
        moved_shares.rule_set,
        moved_shares.based_on,
        arrived_alike.scenario,
        moved_shares.fiscal_period,
        sides.is_after,
        moved_shares.step,
        moved_shares.moved_by,
        moved_shares.to_layer,
        moved_shares.to_id,
        {{ whole_parts(
            'arrived_alike.parts * case when is_after then after_share else -before_share end'
        ) }}
    from arrived_alike
    inner join moved_shares
        on
            arrived_alike.rule_set = moved_shares.rule_set
            and arrived_alike.fiscal_period = moved_shares.fiscal_period
            and arrived_alike.before_rule_id = moved_shares.before_rule_id
            and arrived_alike.before_from_id = moved_shares.before_from_id
            and arrived_alike.after_rule_id = moved_shares.after_rule_id
    cross join sides

)

select
    rule_set,
    based_on,
    scenario,
    fiscal_period,
    is_after,
    step,
    moved_by,
    to_layer,
    to_id,
    cast(sum(parts) as bigint) as parts
from moved_on
group by all
