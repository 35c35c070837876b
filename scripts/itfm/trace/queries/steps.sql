-- The ways in `traced`, step by step: what goes from where to where, by which rule and driver.
with

steps as (

    select
        1 as step,
        'cost_pool' as from_layer,
        cost_pool || ' / ' || cost_sub_pool as from_id,
        case
            when sub_tower is null then stopped_before
            when sub_tower <> 'DIRECT' then 'resource_tower'
            when service_id <> 'DIRECT' then 'solution'
            else 'consumer'
        end as to_layer,
        case
            when sub_tower is null then place
            when sub_tower <> 'DIRECT' then sub_tower
            when service_id <> 'DIRECT' then service_id
            else consumer_id
        end as to_id,
        case when sub_tower is null then reason_code end as reason_code,
        pool_rule_id as rule_id,
        '*' as rule_from_id,
        nullif(pool_part, '') as part,
        pool_share as share,
        amount
    from traced

    union all

    select
        2,
        'resource_tower',
        sub_tower,
        case
            when service_id is null then stopped_before
            when service_id <> 'DIRECT' then 'solution'
            else 'consumer'
        end,
        case
            when service_id is null then place
            when service_id <> 'DIRECT' then service_id
            else consumer_id
        end,
        case when service_id is null then reason_code end,
        tower_rule_id,
        sub_tower,
        nullif(tower_part, ''),
        tower_share,
        amount
    from traced
    where sub_tower <> 'DIRECT'

    union all

    select
        3,
        'solution',
        service_id,
        'consumer',
        coalesce(consumer_id, place),
        reason_code,
        service_rule_id,
        service_id,
        nullif(service_part, ''),
        service_share,
        amount
    from traced
    where service_id <> 'DIRECT'

),

summed_steps as (

    select
        * exclude (share, amount),
        -- tags of one rule go several ways: no single share says how much
        case when max(share) - min(share) < 1e-12 then max(share) end as share,
        sum(amount) as amount
    from steps
    group by all

),

driver_periods as (

    select
        rule_id,
        from_id,
        max(driver_period) as driver_period
    from allocation.alloc_shares
    where rule_set = $rule_set and fiscal_period = $fiscal_period
    group by all

)

select
    steps.step,
    steps.from_layer,
    steps.from_id,
    steps.to_layer,
    steps.to_id,
    steps.reason_code,
    steps.rule_id,
    rules.method,
    case when steps.part = 'fixed' then rules.budget_driver_id else rules.driver_id end as driver_id,
    driver_periods.driver_period,
    steps.part,
    steps.share,
    steps.amount
from summed_steps as steps
left join allocation.alloc_rules as rules
    on rules.rule_set = $rule_set and steps.rule_id = rules.rule_id
left join driver_periods
    on steps.rule_id = driver_periods.rule_id and steps.rule_from_id = driver_periods.from_id
order by
    steps.step, abs(steps.amount) desc, steps.from_id, steps.to_layer, steps.to_id,
    steps.reason_code, steps.rule_id, steps.part
