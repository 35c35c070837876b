-- grain: one scenario, rule set, period and consumer whose bill differs from that before
-- why: a bill that moves is questioned; the answer should be there before the question
-- reads: alloc_period_moves, alloc_rule_effects, dim_fiscal_periods
-- conserves: volume, cost and rules add up to the difference; rounding is with cost

with

moves as (

    select *
    from {{ ref('alloc_period_moves') }}
    where to_layer = 'consumer'

),

rule_effects as (

    select * from {{ ref('alloc_rule_effects') }}

),

consumers as (

    select consumer_id from {{ ref('dim_consumers') }}

),

fiscal_periods as (

    select
        fiscal_period,
        lead(fiscal_period) over (order by fiscal_period) as next_period
    from {{ ref('dim_fiscal_periods') }}

),

billed_periods as (

    select distinct
        scenario,
        rule_set,
        fiscal_period
    from {{ ref('fct_consumer_cost') }}

),

explained_moves as (

    -- a service that is new or gone has its whole effect as volume
    select
        moves.scenario,
        moves.rule_set,
        moves.fiscal_period,
        moves.to_id as consumer_id,
        moves.amount_minor,
        moves.previous_minor,
        case when moves.moved_by in ('use', 'appearance') then moves.share_parts else 0 end
            as volume_parts,
        case when moves.moved_by = 'rules' then moves.share_parts else 0 end
        + {{ whole_parts('moves.mean_share * coalesce(rule_effects.parts, 0)') }} as rules_parts
    from moves
    inner join consumers on moves.to_id = consumers.consumer_id
    left join rule_effects
        on
            moves.scenario = rule_effects.scenario
            and moves.rule_set = rule_effects.rule_set
            and moves.fiscal_period = rule_effects.fiscal_period
            and moves.from_layer = rule_effects.layer
            and moves.from_id = rule_effects.object_id

),

compared_bills as (

    select
        scenario,
        rule_set,
        fiscal_period,
        consumer_id,
        {{ from_minor('sum(amount_minor)') }} as amount,
        {{ from_minor('sum(previous_minor)') }} as previous_amount,
        cast(sum(volume_parts) * 0.0001 as decimal(18, 2)) as volume_change,
        cast(sum(rules_parts) * 0.0001 as decimal(18, 2)) as rules_change
    from explained_moves
    group by scenario, rule_set, fiscal_period, consumer_id

),

moved_bills as (

    select
        compared_bills.*,
        compared_bills.amount - compared_bills.previous_amount as delta_amount,
        delta_amount - compared_bills.volume_change - compared_bills.rules_change as cost_change
    from compared_bills
    inner join fiscal_periods on compared_bills.fiscal_period = fiscal_periods.next_period
    inner join billed_periods as these
        on
            compared_bills.scenario = these.scenario
            and compared_bills.rule_set = these.rule_set
            and compared_bills.fiscal_period = these.fiscal_period
    inner join billed_periods as former
        on
            compared_bills.scenario = former.scenario
            and compared_bills.rule_set = former.rule_set
            and fiscal_periods.fiscal_period = former.fiscal_period

)

select
    scenario,
    rule_set,
    fiscal_period,
    consumer_id,
    cast(amount as decimal(18, 2)) as amount,
    cast(previous_amount as decimal(18, 2)) as previous_amount,
    cast(delta_amount as decimal(18, 2)) as delta_amount,
    {{ percent_of('delta_amount', 'abs(previous_amount)') }} as delta_percent,
    volume_change as volume_amount,
    cast(cost_change as decimal(18, 2)) as cost_amount,
    rules_change as rules_amount,
    case
        when previous_amount = 0 then 'new_consumer'
        when amount = 0 then 'gone_consumer'
        when abs(rules_change) >= greatest(abs(volume_change), abs(cost_change)) then 'rules'
        when abs(volume_change) >= abs(cost_change) then 'volume'
        else 'cost'
    end as reason
from moved_bills
where delta_amount <> 0
