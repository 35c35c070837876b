-- grain: one rule set, fiscal period, rule and period of the driver values that it used
-- why: money that moves by old values: who should measure again
-- reads: alloc_shares, alloc_rules, dim_fiscal_periods, senders of all steps, alloc_layer_totals
-- conserves: every rule that used values older than the period; actual money that it moved

with

shares as (

    select distinct
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        driver_period
    from {{ ref('alloc_shares') }}
    where driver_period < fiscal_period

),

rules as (

    select * from {{ ref('alloc_rules') }}

),

fiscal_periods as (

    select
        fiscal_period,
        row_number() over (order by fiscal_period) as period_number
    from {{ ref('dim_fiscal_periods') }}

),

networked_shares as (

    select distinct
        rule_set,
        fiscal_period,
        sender_layer,
        rule_id,
        from_id
    from {{ ref('alloc_shares') }}
    where sender_layer = to_layer and reason_code is null

),

senders as (

    select
        rule_set,
        fiscal_period,
        rule_id,
        '*' as from_id,
        amount_minor
    from {{ ref('alloc_pool_senders') }}
    where scenario = 'actual' and measure = 'amount'

    union all

    select
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        amount_minor
    from {{ ref('alloc_tower_senders') }}
    where scenario = 'actual' and measure = 'amount'

    union all

    select
        rule_set,
        fiscal_period,
        rule_id,
        service_id,
        amount_minor
    from {{ ref('alloc_solution_senders') }}
    where scenario = 'actual' and measure = 'amount'

    union all

    -- what is handed on inside a layer rests elsewhere, and moved by this rule all the same
    select
        totals.rule_set,
        totals.fiscal_period,
        networked_shares.rule_id,
        totals.object_id,
        totals.handed_on_minor
    from {{ ref('alloc_layer_totals') }} as totals
    inner join networked_shares
        on
            totals.rule_set = networked_shares.rule_set
            and totals.fiscal_period = networked_shares.fiscal_period
            and totals.layer = networked_shares.sender_layer
            and totals.object_id = networked_shares.from_id
    where totals.scenario = 'actual' and totals.handed_on_minor <> 0

)

select
    shares.rule_set,
    shares.fiscal_period,
    shares.rule_id,
    rules.owner,
    rules.driver_id,
    shares.driver_period,
    cast(max(these.period_number - then_periods.period_number) as integer) as age_in_periods,
    {{ from_minor('sum(senders.amount_minor)') }} as amount
from shares
inner join senders
    on
        shares.rule_set = senders.rule_set
        and shares.fiscal_period = senders.fiscal_period
        and shares.rule_id = senders.rule_id
        and shares.from_id = senders.from_id
inner join rules on shares.rule_set = rules.rule_set and shares.rule_id = rules.rule_id
inner join fiscal_periods as these on shares.fiscal_period = these.fiscal_period
left join fiscal_periods as then_periods on shares.driver_period = then_periods.fiscal_period
group by
    shares.rule_set, shares.fiscal_period, shares.rule_id, rules.owner, rules.driver_id,
    shares.driver_period
