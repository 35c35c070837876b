-- grain: one rule set, scenario, period, rule, sender, first receiver and part of the cost
-- why: to whom a rule sends how much, by which weights, and how old they are
-- reads: alloc_rule_sendings, alloc_rules
-- conserves: the money of each layer that a rule sends

{{ config(materialized='view') }}

with

sendings as (

    select * from {{ ref('alloc_rule_sendings') }}

),

rules as (

    select * from {{ ref('alloc_rules') }}

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
    case when by_receiver.part = 'fixed' then rules.budget_driver_id else rules.driver_id end
        as driver_id,
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
        else 'what_leaves'
    end as share_of,
    {{ from_minor('by_receiver.amount_minor') }} as amount,
    {{ from_minor('by_receiver.handed_on_minor') }} as handed_on_amount
from by_receiver
inner join rules
    on by_receiver.rule_set = rules.rule_set and by_receiver.rule_id = rules.rule_id
