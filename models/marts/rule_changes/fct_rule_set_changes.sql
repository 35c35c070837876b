-- grain: one proposed rule set, scenario, fiscal period, consumer or place, and service
-- why: what a proposal does to every bill and its capital spending, and which rules do it
-- reads: alloc_bill_cells, fct_rule_set_moves, alloc_rule_set_pairs
-- conserves: before and after add up to the same money; delta_amount adds up to 0

with

pairs as (

    select * from {{ ref('alloc_rule_set_pairs') }}

),

moves as (

    select * from {{ ref('fct_rule_set_moves') }}

),

cells as (

    select * from {{ ref('alloc_bill_cells') }}

),

compared_cells as (

    select
        pairs.rule_set,
        pairs.based_on,
        cells.scenario,
        cells.fiscal_period,
        cells.consumer_id,
        cells.service_id,
        sum(case when cells.rule_set = pairs.based_on then cells.amount_minor else 0 end)
            as before_minor,
        sum(case when cells.rule_set = pairs.rule_set then cells.amount_minor else 0 end)
            as after_minor,
        sum(case when cells.rule_set = pairs.based_on then cells.capex_minor else 0 end)
            as before_capex_minor,
        sum(case when cells.rule_set = pairs.rule_set then cells.capex_minor else 0 end)
            as after_capex_minor
    from pairs
    inner join cells on cells.rule_set in (pairs.rule_set, pairs.based_on)
    group by all

),

named_moves as (

    select
        rule_set,
        scenario,
        fiscal_period,
        consumer_id,
        service_id,
        {{ ranked_text_list(
            "case when step <> 'rounding' then moved_by end", ', ', 'abs(moved_amount)'
        ) }} as moved_by
    from moves
    group by rule_set, scenario, fiscal_period, consumer_id, service_id

)

select
    cells.rule_set,
    cells.based_on,
    cells.scenario,
    cells.fiscal_period,
    cells.consumer_id,
    cells.service_id,
    {{ from_minor('cells.before_minor') }} as before_amount,
    {{ from_minor('cells.after_minor') }} as after_amount,
    {{ from_minor('cells.after_minor - cells.before_minor') }} as delta_amount,
    coalesce(
        named_moves.moved_by,
        case
            when cells.before_minor <> cells.after_minor then 'rounding'
            when cells.before_capex_minor <> cells.after_capex_minor then 'expense type'
        end
    ) as moved_by,
    {{ from_minor('cells.before_capex_minor') }} as before_capex_amount,
    {{ from_minor('cells.after_capex_minor') }} as after_capex_amount
from compared_cells as cells
left join named_moves
    on
        cells.rule_set = named_moves.rule_set
        and cells.scenario = named_moves.scenario
        and cells.fiscal_period = named_moves.fiscal_period
        and cells.consumer_id = named_moves.consumer_id
        and cells.service_id = named_moves.service_id
