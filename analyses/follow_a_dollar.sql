-- The way of money, step by step, for one kind of money in one period: the cost sub-pool and
-- sub-tower that are largest on the largest business service of the latest actual period. Each
-- step shows the rule that moved it and the largest receivers. Run it: dbt show --select
-- follow_a_dollar --limit 100
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
        sum(buckets.amount_minor) as amount_minor
    from {{ ref('alloc_classified_buckets') }} as buckets
    inner join chosen
        on
            buckets.fiscal_period = chosen.fiscal_period
            and buckets.cost_pool = chosen.cost_pool
            and buckets.cost_sub_pool = chosen.cost_sub_pool
            and buckets.expense_type = chosen.expense_type
    where buckets.scenario = 'actual' and buckets.rule_set = 'current'
    group by all

),

towers as (

    select
        flows.to_id,
        flows.rule_id,
        sum(flows.amount_minor) as amount_minor
    from {{ ref('alloc_pool_flows') }} as flows
    inner join chosen
        on
            flows.fiscal_period = chosen.fiscal_period
            and flows.cost_pool = chosen.cost_pool
            and flows.cost_sub_pool = chosen.cost_sub_pool
            and flows.expense_type = chosen.expense_type
    where flows.scenario = 'actual' and flows.rule_set = 'current'
    group by all

),

solutions as (

    select
        flows.to_id,
        flows.rule_id,
        sum(flows.amount_minor) as amount_minor
    from {{ ref('alloc_tower_flows') }} as flows
    inner join chosen
        on
            flows.fiscal_period = chosen.fiscal_period
            and flows.cost_pool = chosen.cost_pool
            and flows.cost_sub_pool = chosen.cost_sub_pool
            and flows.expense_type = chosen.expense_type
            and flows.from_id = chosen.sub_tower
    where flows.scenario = 'actual' and flows.rule_set = 'current'
    group by all

),

consumers as (

    select
        flows.to_id,
        flows.rule_id,
        sum(flows.amount_minor) as amount_minor
    from {{ ref('alloc_consumer_flows') }} as flows
    inner join chosen
        on
            flows.fiscal_period = chosen.fiscal_period
            and flows.service_id = chosen.service_id
    where flows.scenario = 'actual' and flows.rule_set = 'current'
    group by all

),

steps as (

    select
        1 as step,
        'account ' || ledger.account_id || ', cost centre ' || ledger.cost_center_id as what,
        ledger.rule_id,
        ledger.amount_minor
    from ledger

    union all

    select
        2,
        'cost pool ' || chosen.cost_pool || ' / ' || chosen.cost_sub_pool
        || ' to ' || towers.to_id,
        towers.rule_id,
        towers.amount_minor
    from towers
    cross join chosen

    union all

    select
        3,
        'tower ' || chosen.sub_tower || ' to ' || solutions.to_id,
        solutions.rule_id,
        solutions.amount_minor
    from solutions
    cross join chosen

    union all

    select
        4,
        'service ' || chosen.service_id || ', all its money, to ' || consumers.to_id,
        consumers.rule_id,
        consumers.amount_minor
    from consumers
    cross join chosen

)

select
    step,
    what,
    rule_id,
    {{ from_minor('amount_minor') }} as amount
from steps
qualify row_number() over (partition by step order by abs(amount_minor) desc, what asc) <= 8
order by step asc, abs(amount_minor) desc, what asc
