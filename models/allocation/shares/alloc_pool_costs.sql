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

rules as (

    select * from {{ ref('alloc_rules') }}

),

-- nothing is added up where no rule asks for it
asking_rules as (

    select
        rule_set,
        fiscal_period,
        rule_id,
        min(position) as position
    from offers
    where method_used = 'proportional'
    group by rule_set, fiscal_period, rule_id

),

asking_periods as (

    select distinct
        rule_set,
        fiscal_period
    from asking_rules

),

money as (

    select
        pool_rules.rule_set,
        pool_rules.fiscal_period,
        pool_rules.rule_id,
        pool_rules.tag_layer,
        pool_rules.tag_id,
        buckets.scenario,
        cast(sum(buckets.amount_minor) as double) as amount_minor,
        cast(sum(abs(buckets.amount_minor)) as double) as gross_minor
    from {{ ref('alloc_pool_rules') }} as pool_rules
    inner join asking_periods
        on
            pool_rules.rule_set = asking_periods.rule_set
            and pool_rules.fiscal_period = asking_periods.fiscal_period
    inner join {{ ref('alloc_classified_buckets') }} as buckets
        on
            pool_rules.rule_set = buckets.rule_set
            and pool_rules.bucket_id = buckets.bucket_id
    where
        {{ in_stale_periods('pool_rules.fiscal_period') }}
        and pool_rules.reason_code is null
        and buckets.measure = 'amount'
    group by
        pool_rules.rule_set, pool_rules.fiscal_period, pool_rules.rule_id,
        pool_rules.tag_layer, pool_rules.tag_id, buckets.scenario

),

receivers as (

    select
        offers.rule_set,
        offers.fiscal_period,
        offers.rule_id,
        offers.offer_id,
        offers.position,
        cast(offers.part_percentage as double) / 100 as part,
        cast(rules.rate as double) as rate,
        method_weights.to_layer,
        method_weights.to_id,
        method_weights.reason_code,
        cast(method_weights.weight as double) as weight,
        case
            when offers.method_used = 'capacity' and offers.idle = 'visible'
                then cast(offers.capacity as double)
            else 0
        end as capacity,
        cast(sum(method_weights.weight) over (partition by offers.offer_id) as double)
            as total_weight,
        -- of several tries the first by which an object receives
        min(case when method_weights.reason_code is null then offers.position end) over (
            partition by offers.rule_set, offers.fiscal_period, offers.rule_id
        ) as first_position
    from offers
    inner join method_weights on offers.offer_id = method_weights.offer_id
    inner join rules on offers.rule_set = rules.rule_set and offers.rule_id = rules.rule_id
    left join objects
        on
            method_weights.to_layer = objects.layer
            and method_weights.to_id = objects.object_id
    where
        offers.sender_layer = 'cost_pool'
        and method_weights.weight > 0
        and (objects.object_id is not null or method_weights.reason_code is not null)

),

-- what another try than a proportional one brings, counts
counted_receivers as (

    select receivers.*
    from receivers
    left join asking_rules
        on
            receivers.rule_set = asking_rules.rule_set
            and receivers.fiscal_period = asking_rules.fiscal_period
            and receivers.rule_id = asking_rules.rule_id
    where
        receivers.position = receivers.first_position
        and receivers.reason_code is null
        and (asking_rules.position is null or receivers.position < asking_rules.position)

),

costs as (

    select
        money.rule_set,
        money.fiscal_period,
        money.scenario,
        receivers.to_layer,
        receivers.to_id,
        case
            when receivers.rate is null
                then
                    money.amount_minor / 100 * receivers.part
                    * (receivers.weight / greatest(receivers.total_weight, receivers.capacity))
            when {{ carries_charge(
                'receivers.rate * receivers.total_weight * 100',
                'money.amount_minor', 'money.gross_minor'
            ) }}
                then receivers.rate * receivers.weight
            else 0
        end as amount
    from money
    inner join counted_receivers as receivers
        on
            money.rule_set = receivers.rule_set
            and money.fiscal_period = receivers.fiscal_period
            and money.rule_id = receivers.rule_id

    union all

    select
        rule_set,
        fiscal_period,
        scenario,
        tag_layer,
        tag_id,
        amount_minor / 100
    from money
    where tag_id is not null

)

select
    rule_set,
    fiscal_period,
    to_layer,
    to_id,
    coalesce(sum(case when scenario = 'actual' then cast(amount as decimal(38, 12)) end), 0)
        as actual_amount,
    coalesce(sum(case when scenario <> 'actual' then cast(amount as decimal(38, 12)) end), 0)
        as planned_amount
from costs
group by rule_set, fiscal_period, to_layer, to_id
