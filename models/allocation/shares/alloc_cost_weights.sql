-- grain: one offer by the method proportional and member of its target set
-- why: overhead goes by cost: by actual cost where actual money goes, by plans where only they do
-- reads: alloc_offers, target members, alloc_pool_costs, alloc_pool_rules, classified buckets
-- conserves: every member that is open; one that has no cost weighs 0

with

offers as (

    select * from {{ ref('alloc_offers') }}
    where {{ in_stale_periods() }} and method_used = 'proportional'

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

pool_costs as (

    select * from {{ ref('alloc_pool_costs') }} where {{ in_stale_periods() }}

),

-- what the senders of one rule would hand to each other goes the way of the rest
senders as (

    select distinct
        rule_set,
        fiscal_period,
        rule_id,
        sender_layer,
        from_id
    from offers

),

-- budgets and forecasts change no share by which actual money goes
actual_money as (

    select distinct
        buckets.rule_set,
        buckets.fiscal_period,
        pool_rules.rule_id
    from {{ ref('alloc_classified_buckets') }} as buckets
    left join {{ ref('alloc_pool_rules') }} as pool_rules
        on
            buckets.rule_set = pool_rules.rule_set
            and buckets.bucket_id = pool_rules.bucket_id
    where
        {{ in_stale_periods('buckets.fiscal_period') }}
        and buckets.scenario = 'actual'
        and buckets.measure = 'amount'

),

weighed_offers as (

    select
        offers.*,
        bool_or(
            offers.sender_layer <> 'cost_pool' and actual_money.rule_set is not null
            or offers.rule_id = actual_money.rule_id
        ) as weighs_by_actual
    from offers
    left join actual_money
        on
            offers.rule_set = actual_money.rule_set
            and offers.fiscal_period = actual_money.fiscal_period
    group by all

)

select
    offers.offer_id,
    offers.fiscal_period,
    target_members.to_layer,
    target_members.to_id,
    coalesce(
        case
            when offers.weighs_by_actual then pool_costs.actual_amount
            else pool_costs.planned_amount
        end,
        0
    ) as weight,
    senders.from_id is not null as is_sender
from weighed_offers as offers
inner join target_members
    on
        offers.target_set = target_members.target_set
        and offers.target_rule_set = target_members.rule_set
        and offers.fiscal_period <= target_members.last_day
left join pool_costs
    on
        offers.rule_set = pool_costs.rule_set
        and offers.fiscal_period = pool_costs.fiscal_period
        and target_members.to_layer = pool_costs.to_layer
        and target_members.to_id = pool_costs.to_id
left join senders
    on
        offers.rule_set = senders.rule_set
        and offers.fiscal_period = senders.fiscal_period
        and offers.rule_id = senders.rule_id
        and target_members.to_layer = senders.sender_layer
        and target_members.to_id = senders.from_id
