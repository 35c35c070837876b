-- grain: one sender, position among the tries of its rule and part of its cost
-- why: every method becomes one or more offers of receivers; the first that has data is taken
-- reads: alloc_senders, alloc_rules, fallbacks, alloc_target_sets, dim_services
-- conserves: one offer for a plain rule, one for each try of a hybrid, two parts for a dual rate

with

senders as (

    select * from {{ ref('alloc_senders') }} where {{ in_stale_periods() }}

),

rules as (

    select * from {{ ref('alloc_rules') }}

),

fallbacks as (

    select * from {{ ref('input_cost_model__allocation_fallbacks') }}

),

target_sets as (

    select * from {{ ref('alloc_target_sets') }}

),

services as (

    select
        'solution' as layer,
        service_id,
        capacity_quantity
    from {{ ref('dim_services') }}
    where capacity_quantity is not null

),

rule_offers as (

    select
        rule_set,
        rule_id,
        1 as position,
        '' as part,
        cast(100 as decimal(38, 12)) as part_percentage,
        method as method_used,
        target_set,
        driver_id,
        capacity,
        idle,
        true as carries_forward
    from rules
    where method not in ('hybrid', 'dual_rate', 'tagged')

    union all

    select
        rules.rule_set,
        rules.rule_id,
        fallbacks.position,
        '',
        100,
        fallbacks.method,
        fallbacks.target_set,
        fallbacks.driver_id,
        fallbacks.capacity,
        coalesce(fallbacks.idle, 'visible'),
        coalesce(fallbacks.carry_forward, false)
    from rules
    inner join fallbacks
        on rules.defined_in = fallbacks.rule_set and rules.rule_id = fallbacks.rule_id
    where rules.method = 'hybrid'

    union all

    select
        rule_set,
        rule_id,
        1,
        'fixed',
        fixed_percentage,
        method,
        target_set,
        budget_driver_id,
        null,
        idle,
        true
    from rules
    where method = 'dual_rate' and fixed_percentage > 0

    union all

    select
        rule_set,
        rule_id,
        1,
        'variable',
        100 - fixed_percentage,
        method,
        target_set,
        driver_id,
        null,
        idle,
        true
    from rules
    where method = 'dual_rate' and fixed_percentage < 100

)

select
    {{ period_number('senders.fiscal_period') }} + row_number() over (
        partition by senders.fiscal_period
        order by
            senders.rule_set, senders.rule_id, senders.from_id,
            rule_offers.position, rule_offers.part
    ) as offer_id,
    senders.rule_set,
    senders.fiscal_period,
    senders.rule_id,
    senders.from_id,
    rule_offers.position,
    rule_offers.part,
    rule_offers.part_percentage,
    senders.defined_in,
    senders.sender_layer,
    senders.layer_number,
    senders.method,
    rule_offers.method_used,
    senders.network,
    senders.sequence,
    rule_offers.target_set,
    target_sets.defined_in as target_rule_set,
    rule_offers.driver_id,
    {{ filter_text('rule_offers.driver_id') }} as driver_filter,
    coalesce(
        rule_offers.capacity,
        case when rule_offers.method_used = 'capacity' then services.capacity_quantity end
    ) as capacity,
    rule_offers.idle,
    rule_offers.carries_forward,
    senders.order_key
from senders
inner join rule_offers
    on senders.rule_set = rule_offers.rule_set and senders.rule_id = rule_offers.rule_id
left join target_sets
    on
        senders.rule_set = target_sets.rule_set
        and rule_offers.target_set = target_sets.target_set
left join services
    on senders.sender_layer = services.layer and senders.from_id = services.service_id
