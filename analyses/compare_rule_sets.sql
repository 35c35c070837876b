-- What a proposed rule set does to the bills of the latest actual fiscal year: before, after,
-- difference and the rule that moves most of it. Totals are equal. Run it: dbt show --select
-- compare_rule_sets --limit 50 --output json (without json, dbt prints six columns); itfm diff
-- prints the same with its summary.
with

moves as (

    select * from {{ ref('fct_rule_set_moves') }} where scenario = 'actual'

),

changes as (

    select * from {{ ref('fct_rule_set_changes') }} where scenario = 'actual'

),

periods as (

    select * from {{ ref('dim_fiscal_periods') }}

),

latest_year as (

    select max(periods.fiscal_year) as fiscal_year
    from changes
    inner join periods on changes.fiscal_period = periods.fiscal_period

),

bills as (

    select
        changes.rule_set,
        changes.based_on,
        changes.consumer_id,
        changes.service_id,
        sum(changes.before_amount) as before_amount,
        sum(changes.after_amount) as after_amount,
        sum(changes.delta_amount) as delta_amount
    from changes
    inner join periods on changes.fiscal_period = periods.fiscal_period
    inner join latest_year on periods.fiscal_year = latest_year.fiscal_year
    group by all

),

largest_moves as (

    select
        moves.rule_set,
        moves.consumer_id,
        moves.service_id,
        moves.moved_by,
        sum(moves.moved_amount) as moved_amount
    from moves
    inner join periods on moves.fiscal_period = periods.fiscal_period
    inner join latest_year on periods.fiscal_year = latest_year.fiscal_year
    group by moves.rule_set, moves.consumer_id, moves.service_id, moves.moved_by
    qualify
        row_number() over (
            partition by moves.rule_set, moves.consumer_id, moves.service_id
            order by abs(sum(moves.moved_amount)) desc, moves.moved_by asc
        ) = 1

)

select
    bills.rule_set,
    bills.consumer_id,
    bills.service_id,
    bills.before_amount,
    bills.after_amount,
    bills.delta_amount,
    largest_moves.moved_by,
    largest_moves.moved_amount
from bills
left join largest_moves
    on
        bills.rule_set = largest_moves.rule_set
        and bills.consumer_id = largest_moves.consumer_id
        and bills.service_id = largest_moves.service_id
where bills.delta_amount <> 0
order by abs(bills.delta_amount) desc, bills.consumer_id asc, bills.service_id asc
