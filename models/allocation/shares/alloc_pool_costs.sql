-- grain: one rule set, fiscal period and object to which rules of cost pools send
-- why: overhead can go by cost: what other rules bring to a tower or service weighs for it
-- reads: alloc_offers, alloc_method_weights, pool rules, classified buckets, objects, rules
-- conserves: what is sent to known objects, each rule's part of each not yet rounded to cents

with

offers as (

    select * from {{ ref('alloc_offers') }} where {{ in_stale_periods() }}

),

method_weights as (

    select * from {{ ref('alloc_method_weights') }} where {{ in_stale_periods() }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

-- nothing is added up where no rule asks for it
asking_rules as (

    select distinct
        rule_set,
        fiscal_period,
        rule_id
    from offers
    where method_used = 'proportional'

),

asking_periods as (

    select distinct
        rule_set,
        fiscal_period
    from asking_rules

),

sent_money as (

    select
        pool_rules.rule_set,
        pool_rules.fiscal_period,
        pool_rules.rule_id,
        pool_rules.tag_layer,
        pool_rules.tag_id,
        buckets.scenario,
        sum(buckets.amount_minor) as amount_minor
    from {{ ref('alloc_pool_rules') }} as pool_rules
    inner join asking_periods
        on
            pool_rules.rule_set = asking_periods.rule_set
            and pool_rules.fiscal_period = asking_periods.fiscal_period
    inner join {{ ref('alloc_classified_buckets') }} as buckets
        on
            pool_rules.rule_set = buckets.rule_set
            and pool_rules.bucket_id = buckets.bucket_id
    left join asking_rules
        on
            pool_rules.rule_set = asking_rules.rule_set
            and pool_rules.fiscal_period = asking_rules.fiscal_period
            and pool_rules.rule_id = asking_rules.rule_id
    where
        {{ in_stale_periods('pool_rules.fiscal_period') }}
        and pool_rules.reason_code is null
        and buckets.measure = 'amount'
        and asking_rules.rule_id is null
    group by
        pool_rules.rule_set, pool_rules.fiscal_period, pool_rules.rule_id,
        pool_rules.tag_layer, pool_rules.tag_id, buckets.scenario

),

-- where no actual money is yet, the plans weigh together
judged_money as (

    select
        *,
        bool_or(scenario = 'actual') over (partition by rule_set, fiscal_period) as has_actual
    from sent_money

),

money as (

    select
        rule_set,
        fiscal_period,
        rule_id,
        tag_layer,
        tag_id,
        sum(amount_minor) as amount_minor
    from judged_money
    where scenario = 'actual' or not has_actual
    group by rule_set, fiscal_period, rule_id, tag_layer, tag_id

),

receivers as (

    select
        offers.rule_set,
        offers.fiscal_period,
        offers.rule_id,
        offers.offer_id,
        offers.position,
        offers.part_percentage,
        offers.method_used,
        case
            when offers.method_used = 'capacity' and offers.idle = 'visible' then offers.capacity
        end as capacity,
        method_weights.to_layer,
        method_weights.to_id,
        method_weights.reason_code,
        method_weights.weight
    from offers
    inner join method_weights on offers.offer_id = method_weights.offer_id
    left join objects
        on
            method_weights.to_layer = objects.layer
            and method_weights.to_id = objects.object_id
    where
        offers.sender_layer = 'cost_pool'
        and method_weights.weight > 0
        and (objects.object_id is not null or method_weights.reason_code is not null)

),

-- of several tries the first by which an object receives
weighed_receivers as (

    select
        *,
        min(case when reason_code is null then position end) over (
            partition by rule_set, fiscal_period, rule_id
        ) as first_position,
        sum(weight) over (partition by offer_id) as total_weight
    from receivers

),

costs as (

    select
        money.rule_set,
        money.fiscal_period,
        receivers.to_layer,
        receivers.to_id,
        case
            when receivers.method_used = 'standard_rate'
                then cast(receivers.weight as double) * rules.rate
            else
                money.amount_minor * 0.01
                * (
                    cast(receivers.weight as double)
                    / greatest(receivers.total_weight, coalesce(receivers.capacity, 0))
                )
                * (receivers.part_percentage * 0.01)
        end as amount
    from money
    inner join weighed_receivers as receivers
        on
            money.rule_set = receivers.rule_set
            and money.fiscal_period = receivers.fiscal_period
            and money.rule_id = receivers.rule_id
            and receivers.position = receivers.first_position
    inner join {{ ref('alloc_rules') }} as rules
        on money.rule_set = rules.rule_set and money.rule_id = rules.rule_id
    where receivers.reason_code is null

    union all

    select
        rule_set,
        fiscal_period,
        tag_layer,
        tag_id,
        amount_minor * 0.01
    from money
    where tag_id is not null

)

select
    rule_set,
    fiscal_period,
    to_layer,
    to_id,
    sum(cast(amount as decimal(38, 12))) as amount
from costs
group by rule_set, fiscal_period, to_layer, to_id
