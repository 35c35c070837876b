-- The way of one and the same money, step by step, in the latest period of the actuals: the largest
-- way from one cost pool rule over a sub-tower to a business service. Each step splits the row of
-- the step before that is marked with an arrow, and its rows add up to that row. Six columns, since
-- dbt show prints no more. For any other money: itfm trace.
-- Run it: dbt show --select follow_a_dollar --limit 40
with

paths as (

    select *
    from {{ ref('fct_cost_paths') }}
    where
        scenario = 'actual'
        and rule_set = 'current'
        and fiscal_period = (
            select max(fiscal_period) from {{ ref('fct_service_cost') }} where scenario = 'actual'
        )

),

chosen as (

    select
        fiscal_period,
        pool_rule_id,
        cost_pool,
        cost_sub_pool,
        expense_type,
        sub_tower,
        service_id
    from paths
    where sub_tower <> 'DIRECT' and service_id <> 'DIRECT' and consumer_id is not null
    group by all
    order by sum(amount) desc, pool_rule_id asc, sub_tower asc, service_id asc
    limit 1

),

chosen_paths as (

    select
        paths.*,
        coalesce(paths.sub_tower = chosen.sub_tower, false) as is_on_tower,
        coalesce(paths.service_id = chosen.service_id, false) as is_on_service
    from paths
    inner join chosen
        on
            paths.pool_rule_id = chosen.pool_rule_id
            and paths.cost_pool = chosen.cost_pool
            and paths.cost_sub_pool = chosen.cost_sub_pool
            and paths.expense_type = chosen.expense_type

),

lines as (

    select
        lines.line_id,
        buckets.cost_sub_pool,
        buckets.classification_rule_id as rule_id,
        {{ from_minor('lines.amount_minor') }} as amount
    from {{ ref('alloc_classified_buckets') }} as buckets
    inner join {{ ref('alloc_pool_rules') }} as pool_rules
        on buckets.rule_set = pool_rules.rule_set and buckets.bucket_id = pool_rules.bucket_id
    inner join chosen
        on
            buckets.fiscal_period = chosen.fiscal_period
            and pool_rules.rule_id = chosen.pool_rule_id
            and buckets.cost_pool = chosen.cost_pool
            and buckets.cost_sub_pool = chosen.cost_sub_pool
            and buckets.expense_type = chosen.expense_type
    inner join {{ ref('alloc_bucket_lines') }} as lines
        on buckets.fiscal_period = lines.fiscal_period and buckets.bucket_id = lines.bucket_id
    where
        buckets.scenario = 'actual'
        and buckets.rule_set = 'current'
        and buckets.measure = 'amount'

),

steps as (

    select
        1 as step,
        line_id as sender,
        cost_sub_pool as receiver,
        false as is_followed,
        rule_id,
        amount
    from lines

    union all

    select
        2,
        cost_sub_pool,
        coalesce(
            nullif(sub_tower, 'DIRECT'), nullif(service_id, 'DIRECT'), consumer_id, place
        ),
        is_on_tower,
        pool_rule_id,
        amount
    from chosen_paths

    union all

    select
        3,
        sub_tower,
        coalesce(nullif(service_id, 'DIRECT'), consumer_id, place),
        is_on_service,
        tower_rule_id,
        amount
    from chosen_paths
    where is_on_tower

    union all

    select
        4,
        service_id,
        coalesce(consumer_id, place),
        false,
        service_rule_id,
        amount
    from chosen_paths
    where is_on_tower and is_on_service

),

ranked_steps as (

    select
        step,
        sender,
        receiver,
        rule_id,
        is_followed,
        sum(amount) as amount,
        row_number() over (
            partition by step
            order by is_followed desc, abs(sum(amount)) desc, sender asc, receiver asc
        ) as place
    from steps
    group by step, sender, receiver, rule_id, is_followed

),

shown_steps as (

    select
        step,
        least(place, 8) as place,
        case when min(place) < 8 then max(sender) else 'others' end as sender,
        case when min(place) < 8 then max(receiver) else cast(count(*) as varchar) || ' more' end
            as receiver,
        case when min(place) < 8 then max(rule_id) end as rule_id,
        max(is_followed) as is_followed,
        sum(amount) as amount
    from ranked_steps
    group by step, least(place, 8)

)

select
    cast(shown_steps.step as varchar) || case when shown_steps.is_followed then ' ->' else '' end
        as step,
    shown_steps.sender,
    shown_steps.receiver,
    shown_steps.rule_id,
    cast(
        cast(
            {{ percent_of(
                'shown_steps.amount', 'sum(shown_steps.amount) over (partition by shown_steps.step)'
            ) }} as decimal(18, 2)
        ) as varchar
    ) || '%' as share,
    shown_steps.amount
from shown_steps
order by shown_steps.step asc, shown_steps.place asc
