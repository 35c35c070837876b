-- The way of money, step by step, for one kind of money in one period: the cost sub-pool and
-- sub-tower that are largest on the largest business service of the latest actual period. Each
-- step shows the rule that moved it and the largest receivers; all amounts are parts of the same
-- money. For any other cell: itfm trace. Run it: dbt show --select follow_a_dollar --limit 100
with

service_cost as (

    select *
    from {{ ref('fct_service_cost') }}
    where scenario = 'actual' and rule_set = 'current' and sub_tower <> 'DIRECT'

),

chosen as (

    select
        fiscal_period,
        service_id,
        cost_pool,
        cost_sub_pool,
        expense_type,
        sub_tower
    from service_cost
    qualify fiscal_period = max(fiscal_period) over ()
    order by amount desc, service_id asc
    limit 1

),

ledger as (

    select
        buckets.account_id,
        buckets.cost_center_id,
        buckets.classification_rule_id as rule_id,
        {{ from_minor('sum(buckets.amount_minor)') }} as amount
    from {{ ref('alloc_classified_buckets') }} as buckets
    inner join chosen
        on
            buckets.fiscal_period = chosen.fiscal_period
            and buckets.cost_pool = chosen.cost_pool
            and buckets.cost_sub_pool = chosen.cost_sub_pool
            and buckets.expense_type = chosen.expense_type
    where
        buckets.scenario = 'actual'
        and buckets.rule_set = 'current'
        and buckets.measure = 'amount'
    group by all

),

paths as (

    select paths.*
    from {{ ref('fct_cost_paths') }} as paths
    inner join chosen
        on
            paths.fiscal_period = chosen.fiscal_period
            and paths.cost_pool = chosen.cost_pool
            and paths.cost_sub_pool = chosen.cost_sub_pool
            and paths.expense_type = chosen.expense_type
    where paths.scenario = 'actual' and paths.rule_set = 'current'

),

steps as (

    select
        1 as step,
        'account ' || account_id || ', cost centre ' || cost_center_id as what,
        rule_id,
        amount
    from ledger

    union all

    select
        2,
        'cost pool ' || cost_pool || ' / ' || cost_sub_pool || ' to '
        || coalesce(nullif(sub_tower, 'DIRECT'), nullif(service_id, 'DIRECT'), consumer_id, place),
        pool_rule_id,
        amount
    from paths

    union all

    select
        3,
        'tower ' || paths.sub_tower || ' to '
        || coalesce(nullif(paths.service_id, 'DIRECT'), paths.consumer_id, paths.place),
        paths.tower_rule_id,
        paths.amount
    from paths
    inner join chosen on paths.sub_tower = chosen.sub_tower

    union all

    select
        4,
        'service ' || paths.service_id || ' to ' || coalesce(paths.consumer_id, paths.place),
        paths.service_rule_id,
        paths.amount
    from paths
    inner join chosen
        on paths.sub_tower = chosen.sub_tower and paths.service_id = chosen.service_id

)

select
    step,
    what,
    rule_id,
    sum(amount) as amount
from steps
group by step, what, rule_id
qualify row_number() over (partition by step order by abs(sum(amount)) desc, what asc) <= 8
order by step asc, abs(sum(amount)) desc, what asc
