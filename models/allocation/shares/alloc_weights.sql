-- grain: one sender and receiver, by whatever method
-- why: every method brings its weights into this shape; a new method is one more branch
-- reads: alloc_senders, target sets, percentages, driver and relationship weights
-- conserves: every weight, also those of zero

with

senders as (

    select * from {{ ref('alloc_senders') }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

percentages as (

    select * from {{ ref('input_cost_model__allocation_percentages') }}

),

driver_weights as (

    select * from {{ ref('alloc_driver_weights') }}

),

relationship_weights as (

    select * from {{ ref('alloc_relationship_weights') }}

),

weights as (

    select
        senders.rule_set,
        senders.fiscal_period,
        senders.rule_id,
        senders.from_id,
        target_members.to_layer,
        target_members.to_id,
        cast(1 as decimal(38, 12)) as weight,
        cast(null as date) as driver_period
    from senders
    inner join target_members
        on
            senders.target_set = target_members.target_set
            and senders.fiscal_period <= target_members.last_day
    where senders.method = 'even'

    union all

    select
        senders.rule_set,
        senders.fiscal_period,
        senders.rule_id,
        senders.from_id,
        percentages.to_layer,
        percentages.to_id,
        percentages.percentage,
        null
    from senders
    inner join percentages
        on senders.defined_in = percentages.rule_set and senders.rule_id = percentages.rule_id
    where senders.method = 'fixed_percent'

    union all

    select
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        to_layer,
        to_id,
        weight,
        driver_period
    from driver_weights

    union all

    select
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        to_layer,
        to_id,
        weight,
        null
    from relationship_weights

)

select
    rule_set,
    fiscal_period,
    rule_id,
    from_id,
    to_layer,
    to_id,
    weight,
    driver_period
from weights
