-- grain: one rule set and allocation rule that took no actual money in any period
-- why: a rule without effect is a mistake or a leftover; somebody should end it or mend it
-- reads: alloc_rules, pool, tower and solution senders, alloc_layer_totals, alloc_object_rules
-- conserves: every such rule once per rule set

with

rules as (

    select * from {{ ref('alloc_rules') }}

),

taken as (

    select
        rule_set,
        rule_id,
        amount_minor
    from {{ ref('alloc_pool_senders') }}
    where scenario = 'actual' and measure = 'amount' and rule_id is not null

    union all

    select
        rule_set,
        rule_id,
        amount_minor
    from {{ ref('alloc_tower_senders') }}
    where scenario = 'actual' and measure = 'amount' and rule_id is not null

    union all

    select
        rule_set,
        rule_id,
        amount_minor
    from {{ ref('alloc_solution_senders') }}
    where scenario = 'actual' and measure = 'amount' and rule_id is not null

    union all

    -- objects of a network may hand on all that they get
    select
        object_rules.rule_set,
        object_rules.rule_id,
        totals.total_minor
    from {{ ref('alloc_layer_totals') }} as totals
    inner join {{ ref('alloc_object_rules') }} as object_rules
        on
            totals.rule_set = object_rules.rule_set
            and totals.fiscal_period = object_rules.fiscal_period
            and totals.layer = object_rules.sender_layer
            and totals.object_id = object_rules.from_id
    where totals.scenario = 'actual' and totals.handed_on_minor <> 0

),

used_rules as (

    select distinct
        rule_set,
        rule_id
    from taken

),

periods as (

    select
        min(fiscal_period) as first_period,
        max(fiscal_period) as last_period
    from {{ ref('alloc_pool_senders') }}
    where scenario = 'actual'

)

select
    rules.rule_set,
    rules.rule_id,
    rules.sender_layer,
    rules.owner,
    greatest(periods.first_period, rules.valid_from) as unused_since,
    case
        when rules.valid_from > periods.last_period then 'starts_later'
        when rules.valid_to < periods.first_period then 'ended_before'
        else 'takes_no_money'
    end as cause
from rules
cross join periods
left join used_rules
    on rules.rule_set = used_rules.rule_set and rules.rule_id = used_rules.rule_id
where used_rules.rule_id is null
