-- grain: one rule set, scenario, period, rule, sender, first receiver and part of the cost
-- why: to whom a rule sends how much, by which weights, and how old they are
-- reads: alloc_rule_sendings, alloc_rules, alloc_taken_offers, alloc_offers
-- conserves: the money of each layer that a rule sends

{{ config(materialized='view') }}

with

sendings as (

    select * from {{ ref('alloc_rule_sendings') }}

),

rules as (

    select * from {{ ref('alloc_rules') }}

),

-- what a hybrid used
taken_offers as (

    select * from {{ ref('alloc_taken_offers') }}

),

positions as (

    select distinct
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        position,
        driver_id
    from {{ ref('alloc_offers') }}
    where method = 'hybrid'

),

by_receiver as (

    select
        scenario,
        rule_set,
        fiscal_period,
        rule_layer,
        rule_id,
        from_id,
        to_layer,
        to_id,
        reason_code,
        part,
        max(weight) as weight,
        max(share) as share,
        max(driver_period) as driver_period,
        sum(amount_minor) as amount_minor,
        sum(handed_on_minor) as handed_on_minor
    from sendings
    group by
        scenario, rule_set, fiscal_period, rule_layer, rule_id, from_id, to_layer, to_id,
        reason_code, part

)

select
    by_receiver.rule_set,
    by_receiver.scenario,
    by_receiver.fiscal_period,
    by_receiver.rule_layer,
    by_receiver.rule_id,
    rules.method,
    coalesce(taken_offers.method_used, rules.method) as method_used,
    case when rules.method = 'hybrid' then taken_offers.fallback_position end as fallback_position,
    case
        when by_receiver.part = 'fixed' then rules.budget_driver_id
        when rules.method = 'hybrid' then positions.driver_id
        else rules.driver_id
    end as driver_id,
    by_receiver.driver_period,
    nullif(by_receiver.from_id, '*') as from_id,
    by_receiver.to_layer,
    by_receiver.to_id,
    by_receiver.reason_code,
    by_receiver.part,
    by_receiver.weight,
    by_receiver.share,
    case
        when by_receiver.share is null then null
        when by_receiver.to_layer = by_receiver.rule_layer and by_receiver.reason_code is null
            then 'all_held'
        when taken_offers.method_used = 'standard_rate' then 'what_is_charged'
        else 'what_leaves'
    end as share_of,
    {{ from_minor('by_receiver.amount_minor') }} as amount,
    {{ from_minor('by_receiver.handed_on_minor') }} as handed_on_amount
from by_receiver
inner join rules
    on by_receiver.rule_set = rules.rule_set and by_receiver.rule_id = rules.rule_id
left join taken_offers
    on
        by_receiver.rule_set = taken_offers.rule_set
        and by_receiver.fiscal_period = taken_offers.fiscal_period
        and by_receiver.rule_id = taken_offers.rule_id
        and by_receiver.from_id = taken_offers.from_id
left join positions
    on
        taken_offers.rule_set = positions.rule_set
        and taken_offers.fiscal_period = positions.fiscal_period
        and taken_offers.rule_id = positions.rule_id
        and taken_offers.from_id = positions.from_id
        and taken_offers.fallback_position = positions.position
