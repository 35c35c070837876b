-- grain: one sender of a standard_rate rule
-- why: a standard rate charges use times rate; what is left of the cost is a variance
-- reads: alloc_offers, alloc_rules, alloc_weights, driver values, alloc_objects, target sets
-- conserves: use and budgeted use of the receivers that the rule may send to

with

offers as (

    select * from {{ ref('alloc_offers') }}
    where {{ in_stale_periods() }} and method_used = 'standard_rate'

),

rules as (

    select * from {{ ref('alloc_rules') }}

),

weights as (

    select * from {{ ref('alloc_weights') }} where {{ in_stale_periods() }}

),

driver_versions as (

    select * from {{ ref('alloc_driver_versions') }}

),

driver_values as (

    select * from {{ ref('alloc_driver_values') }}
    where driver_id in (select budget_driver_id from rules)

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

used as (

    select
        offers.offer_id,
        sum(weights.weight) as quantity
    from offers
    inner join weights on offers.offer_id = weights.offer_id
    where weights.weight > 0 and not weights.is_left_out
    group by offers.offer_id

),

budgeted_versions as (

    select
        offers.offer_id,
        offers.fiscal_period,
        offers.layer_number,
        offers.target_set,
        offers.target_rule_set,
        versions.driver_id,
        versions.from_id,
        versions.driver_period
    from offers
    inner join rules on offers.rule_set = rules.rule_set and offers.rule_id = rules.rule_id
    inner join driver_versions as versions
        on
            rules.budget_driver_id = versions.driver_id
            and versions.from_id in (offers.from_id, '*')
    where
        offers.fiscal_period >= versions.driver_period
        and offers.fiscal_period < versions.next_period
    qualify row_number() over (partition by offers.offer_id order by versions.from_id = '*') = 1

),

-- a standard rate sends to later layers only
budgeted_receivers as (

    select
        versions.offer_id,
        driver_values.quantity
    from budgeted_versions as versions
    inner join driver_values
        on
            versions.driver_id = driver_values.driver_id
            and versions.from_id = driver_values.from_id
            and versions.driver_period = driver_values.driver_period
    inner join objects
        on
            driver_values.to_id = objects.object_id
            and coalesce(driver_values.to_layer, objects.layer) = objects.layer
            and versions.layer_number < objects.layer_number
            and versions.fiscal_period <= objects.last_day
    left join target_members
        on
            versions.target_set = target_members.target_set
            and versions.target_rule_set = target_members.rule_set
            and objects.layer = target_members.to_layer
            and objects.object_id = target_members.to_id
    where
        driver_values.quantity > 0
        and (versions.target_set is null or target_members.to_id is not null)
    qualify
        row_number() over (
            partition by
                versions.offer_id, driver_values.to_id, coalesce(driver_values.to_layer, '')
            order by objects.layer_number
        ) = 1

),

budgeted as (

    select
        versions.offer_id,
        coalesce(sum(receivers.quantity), 0) as quantity
    from budgeted_versions as versions
    left join budgeted_receivers as receivers on versions.offer_id = receivers.offer_id
    group by versions.offer_id

)

select
    offers.rule_set,
    offers.fiscal_period,
    offers.rule_id,
    offers.from_id,
    cast(round({{ rated_minor('rules.rate', 'coalesce(used.quantity, 0)') }}) as bigint)
        as charged_minor,
    cast(round({{ rated_minor('rules.rate', 'budgeted.quantity') }}) as bigint) as budgeted_minor
from offers
inner join rules on offers.rule_set = rules.rule_set and offers.rule_id = rules.rule_id
left join used on offers.offer_id = used.offer_id
left join budgeted on offers.offer_id = budgeted.offer_id
