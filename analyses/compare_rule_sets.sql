-- What a proposed rule set would do: by consumer and service, before, after and the difference,
-- for the actuals of the latest fiscal year. Totals are equal but for money that becomes
-- allocated. Run it: dbt show --select compare_rule_sets --limit 50
with

consumer_cost as (

    select * from {{ ref('fct_consumer_cost') }} where scenario = 'actual'

),

periods as (

    select * from {{ ref('dim_fiscal_periods') }}

),

latest_year as (

    select max(periods.fiscal_year) as fiscal_year
    from consumer_cost
    inner join periods on consumer_cost.fiscal_period = periods.fiscal_period

),

rule_sets as (

    select * from {{ ref('dim_rule_sets') }} where status = 'proposed'

),

by_rule_set as (

    select
        consumer_cost.rule_set,
        consumer_cost.consumer_id,
        consumer_cost.service_id,
        sum(consumer_cost.amount) as amount
    from consumer_cost
    inner join periods on consumer_cost.fiscal_period = periods.fiscal_period
    inner join latest_year on periods.fiscal_year = latest_year.fiscal_year
    group by all

),

pairs as (

    select distinct
        rule_sets.rule_set,
        rule_sets.based_on,
        by_rule_set.consumer_id,
        by_rule_set.service_id
    from rule_sets
    inner join by_rule_set
        on by_rule_set.rule_set in (rule_sets.rule_set, rule_sets.based_on)

)

select
    pairs.rule_set,
    pairs.consumer_id,
    pairs.service_id,
    coalesce(before.amount, 0) as amount_before,
    coalesce(after.amount, 0) as amount_after,
    coalesce(after.amount, 0) - coalesce(before.amount, 0) as delta_amount
from pairs
left join by_rule_set as before
    on
        pairs.based_on = before.rule_set
        and pairs.consumer_id = before.consumer_id
        and pairs.service_id = before.service_id
left join by_rule_set as after
    on
        pairs.rule_set = after.rule_set
        and pairs.consumer_id = after.consumer_id
        and pairs.service_id = after.service_id
where coalesce(after.amount, 0) <> coalesce(before.amount, 0)
order by abs(coalesce(after.amount, 0) - coalesce(before.amount, 0)) desc
