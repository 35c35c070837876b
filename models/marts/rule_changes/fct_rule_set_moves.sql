-- grain: one proposed rule set, scenario, period, consumer or place, service, step and rule
-- why: the difference of a bill in pieces, one for each rule that moves money on or off it
-- reads: alloc_moved_money, alloc_bill_cells, alloc_rule_set_pairs
-- conserves: the pieces of a bill add up to its difference; rounding is a piece of its own

with

pairs as (

    select * from {{ ref('alloc_rule_set_pairs') }}

),

cells as (

    select * from {{ ref('alloc_bill_cells') }}

),

moved_pieces as (

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        consumer_id,
        service_id,
        step,
        moved_by,
        cast(floor(cast(parts as double) / 1000 + 0.5) as bigint) as moved_minor
    from {{ ref('alloc_moved_money') }}

),

rests as (

    -- the difference of the bill, less what the rules move
    select
        pairs.rule_set,
        pairs.based_on,
        cells.scenario,
        cells.fiscal_period,
        cells.consumer_id,
        cells.service_id,
        case
            when cells.rule_set = pairs.rule_set then cells.amount_minor else -cells.amount_minor
        end as rest_minor
    from pairs
    inner join cells on cells.rule_set in (pairs.rule_set, pairs.based_on)

    union all

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        consumer_id,
        service_id,
        -moved_minor
    from moved_pieces

),

pieces as (

    select * from moved_pieces

    union all

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        consumer_id,
        service_id,
        'rounding' as step,
        'rounding' as moved_by,
        cast(sum(rest_minor) as bigint) as moved_minor
    from rests
    group by rule_set, based_on, scenario, fiscal_period, consumer_id, service_id

)

select
    rule_set,
    based_on,
    scenario,
    fiscal_period,
    consumer_id,
    service_id,
    step,
    moved_by,
    {{ from_minor('moved_minor') }} as moved_amount
from pieces
where moved_minor <> 0
