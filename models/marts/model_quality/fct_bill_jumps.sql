-- grain: one scenario, rule set, period and consumer whose bill moved by more than 20 percent
-- why: a bill that jumps is questioned; the answer should be there before the question
-- reads: fct_consumer_cost, alloc_solution_senders, dim_fiscal_periods
-- conserves: volume, cost and rules add up to the difference; rounding is with cost

with

bills as (

    select * from {{ ref('fct_consumer_cost') }}

),

senders as (

    select * from {{ ref('alloc_solution_senders') }} where measure = 'amount'

),

fiscal_periods as (

    select
        fiscal_period,
        lead(fiscal_period) over (order by fiscal_period) as next_period
    from {{ ref('dim_fiscal_periods') }}

),

billed_periods as (

    select distinct
        scenario,
        rule_set,
        fiscal_period
    from bills

),

service_rules as (

    select
        scenario,
        rule_set,
        fiscal_period,
        service_id,
        max(rule_id) as rule_id
    from senders
    group by scenario, rule_set, fiscal_period, service_id

),

service_bills as (

    select
        bills.scenario,
        bills.rule_set,
        bills.fiscal_period,
        bills.consumer_id,
        bills.service_id,
        coalesce(service_rules.rule_id, '') as rule_id,
        bills.amount,
        sum(bills.amount) over (
            partition by
                bills.scenario, bills.rule_set, bills.fiscal_period, bills.service_id
        ) as service_amount
    from bills
    left join service_rules
        on
            bills.scenario = service_rules.scenario
            and bills.rule_set = service_rules.rule_set
            and bills.fiscal_period = service_rules.fiscal_period
            and bills.service_id = service_rules.service_id

),

sided_bills as (

    select
        *,
        fiscal_period as billed_period,
        true as is_now
    from service_bills

    union all

    select
        service_bills.*,
        fiscal_periods.next_period,
        false
    from service_bills
    inner join fiscal_periods on service_bills.fiscal_period = fiscal_periods.fiscal_period
    where fiscal_periods.next_period is not null

),

compared_services as (

    -- a service that the consumer did not have before has its whole effect as volume
    select
        scenario,
        rule_set,
        billed_period,
        consumer_id,
        service_id,
        sum(case when is_now then amount else 0 end) as amount,
        sum(case when is_now then 0 else amount end) as previous_amount,
        max(case when is_now then service_amount end) as service_amount,
        max(case when not is_now then service_amount end) as previous_service_amount,
        count(distinct rule_id) > 1 as has_another_rule
    from sided_bills
    group by scenario, rule_set, billed_period, consumer_id, service_id

),

decomposed_services as (

    select
        *,
        case
            when has_another_rule then 0
            when service_amount is null or previous_service_amount is null
                then amount - previous_amount
            when service_amount = 0 or previous_service_amount = 0 then 0
            else
                (
                    cast(amount as double) / cast(service_amount as double)
                    - cast(previous_amount as double) / cast(previous_service_amount as double)
                ) * cast(service_amount + previous_service_amount as double) / 2
        end as volume_change,
        case when has_another_rule then amount - previous_amount else 0 end as rules_change
    from compared_services

),

compared_bills as (

    select
        scenario,
        rule_set,
        billed_period as fiscal_period,
        consumer_id,
        sum(amount) as amount,
        sum(previous_amount) as previous_amount,
        cast(sum(volume_change) as decimal(18, 2)) as volume_change,
        cast(sum(rules_change) as decimal(18, 2)) as rules_change
    from decomposed_services
    group by scenario, rule_set, billed_period, consumer_id

),

jumps as (

    select
        compared_bills.*,
        compared_bills.amount - compared_bills.previous_amount as delta_amount,
        delta_amount - compared_bills.volume_change - compared_bills.rules_change as cost_change
    from compared_bills
    inner join fiscal_periods on compared_bills.fiscal_period = fiscal_periods.next_period
    inner join billed_periods as these
        on
            compared_bills.scenario = these.scenario
            and compared_bills.rule_set = these.rule_set
            and compared_bills.fiscal_period = these.fiscal_period
    inner join billed_periods as former
        on
            compared_bills.scenario = former.scenario
            and compared_bills.rule_set = former.rule_set
            and fiscal_periods.fiscal_period = former.fiscal_period

)

select
    scenario,
    rule_set,
    fiscal_period,
    consumer_id,
    cast(amount as decimal(18, 2)) as amount,
    cast(previous_amount as decimal(18, 2)) as previous_amount,
    cast(delta_amount as decimal(18, 2)) as delta_amount,
    {{ percent_of('delta_amount', 'abs(previous_amount)') }} as delta_percent,
    volume_change as volume_amount,
    cast(cost_change as decimal(18, 2)) as cost_amount,
    rules_change as rules_amount,
    case
        when previous_amount = 0 then 'new_consumer'
        when amount = 0 then 'gone_consumer'
        when abs(rules_change) >= greatest(abs(volume_change), abs(cost_change)) then 'rules'
        when abs(volume_change) >= abs(cost_change) then 'volume'
        else 'cost'
    end as reason
from jumps
where abs(delta_amount) > 0.2 * abs(previous_amount)
