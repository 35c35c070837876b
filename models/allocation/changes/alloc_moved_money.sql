-- grain: one proposed rule set, scenario, period, rule that moves money, consumer and service
-- why: the last step: what every changed rule puts on a bill, or takes from it
-- reads: alloc_moves_from_towers, alloc_rate_moves, senders, rules, shares
-- conserves: the moves of a rule add up to 0 over consumers, in thousandths of a minor unit

with

moved as (

    select * from {{ ref('alloc_moves_from_towers') }}

),

senders as (

    select * from {{ ref('alloc_solution_senders') }} where measure = 'amount'

),

rules as (

    select * from {{ ref('alloc_object_rules') }} where sender_layer = 'solution'

),

shares as (

    select * from {{ ref('alloc_step_shares') }} where sender_layer = 'solution'

),

moved_shares as (

    select * from {{ ref('alloc_moved_shares') }} where sender_layer = 'solution'

),

pairs as (

    select * from {{ ref('alloc_rule_set_pairs') }}

),

arrivals as (

    -- all money of the base, less what rules before this step took away
    select
        pairs.rule_set,
        pairs.based_on,
        senders.scenario,
        senders.fiscal_period,
        senders.service_id,
        senders.amount_minor * 1000 as parts
    from pairs
    inner join senders on pairs.based_on = senders.rule_set

    union all

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        to_id,
        parts
    from moved
    where to_layer = 'solution' and not is_after

),

arrived_alike as (

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        service_id,
        cast(sum(parts) as bigint) as parts
    from arrivals
    group by rule_set, based_on, scenario, fiscal_period, service_id

),

on_bills as (

    -- what moved before carries its rule on
    select
        moved.rule_set,
        moved.based_on,
        moved.scenario,
        moved.fiscal_period,
        moved.step,
        moved.moved_by,
        coalesce(shares.to_id, 'UNALLOCATED') as consumer_id,
        moved.to_id as service_id,
        {{ whole_parts('moved.parts * coalesce(shares.share, 1)') }} as parts
    from moved
    left join rules
        on
            case when moved.is_after then moved.rule_set else moved.based_on end = rules.rule_set
            and moved.fiscal_period = rules.fiscal_period
            and moved.to_id = rules.from_id
    left join shares
        on
            rules.rule_set = shares.rule_set
            and rules.fiscal_period = shares.fiscal_period
            and rules.rule_id = shares.rule_id
            and rules.from_id = shares.from_id
    where moved.to_layer = 'solution'

    union all

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        step,
        moved_by,
        to_id,
        'DIRECT',
        parts
    from moved
    where to_layer <> 'solution'

    union all

    -- what arrived alike is compared at the rule of the service
    select
        arrived_alike.rule_set,
        arrived_alike.based_on,
        arrived_alike.scenario,
        arrived_alike.fiscal_period,
        moved_shares.step,
        moved_shares.moved_by,
        moved_shares.to_id,
        arrived_alike.service_id,
        {{ whole_parts(
            'arrived_alike.parts * (moved_shares.after_share - moved_shares.before_share)'
        ) }}
    from arrived_alike
    inner join moved_shares
        on
            arrived_alike.rule_set = moved_shares.rule_set
            and arrived_alike.fiscal_period = moved_shares.fiscal_period
            and arrived_alike.service_id = moved_shares.before_from_id

    union all

    -- what a standard rate of the service charges otherwise
    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        step,
        moved_by,
        to_id,
        from_id,
        parts
    from {{ ref('alloc_rate_moves') }}
    where sender_layer = 'solution'

)

select
    rule_set,
    based_on,
    scenario,
    fiscal_period,
    step,
    moved_by,
    consumer_id,
    service_id,
    cast(sum(parts) as bigint) as parts
from on_bills
group by all
