-- grain: one fiscal period, cost centre that stood elsewhere then, and cost centre above it
-- why: a rule on a parent covers who stood below it at the end of the period, not who does today
-- reads: dim_cost_center_history, dim_fiscal_periods, bridge_cost_center_hierarchy
-- conserves: all ancestors of a cost centre in the periods in which they were not today's

with recursive

history as (

    select
        cost_center_id,
        valid_from,
        nullif(parent_cost_center_id, cost_center_id) as parent_cost_center_id
    from {{ ref('dim_cost_center_history') }}

),

-- without a cost centre that changed its parent, every period has today's hierarchy
moved as (

    select cost_center_id
    from history
    group by cost_center_id
    having
        count(distinct coalesce(parent_cost_center_id, '')) > 1

),

fiscal_periods as (

    select
        fiscal_period,
        end_date
    from {{ ref('dim_fiscal_periods') }}
    where exists (select 1 from moved)

),

-- the row that holds at the end of the period; before the first row, the first
parents as (

    select
        fiscal_periods.fiscal_period,
        history.cost_center_id,
        history.parent_cost_center_id
    from fiscal_periods
    cross join history
    qualify
        row_number() over (
            partition by fiscal_periods.fiscal_period, history.cost_center_id
            order by
                history.valid_from > fiscal_periods.end_date,
                case when history.valid_from <= fiscal_periods.end_date then history.valid_from end
                desc,
                history.valid_from
        ) = 1

),

walk as (

    select
        fiscal_period,
        cost_center_id,
        cost_center_id as ancestor_cost_center_id,
        0 as depth
    from parents

    union all

    select
        walk.fiscal_period,
        walk.cost_center_id,
        parents.parent_cost_center_id,
        walk.depth + 1
    from walk
    inner join parents
        on
            walk.fiscal_period = parents.fiscal_period
            and walk.ancestor_cost_center_id = parents.cost_center_id
    where parents.parent_cost_center_id is not null and walk.depth < 50

),

ancestors as (

    select
        fiscal_period,
        cost_center_id,
        ancestor_cost_center_id,
        min(depth) as depth
    from walk
    group by fiscal_period, cost_center_id, ancestor_cost_center_id

),

ancestors_then as (

    select
        fiscal_period,
        cost_center_id,
        {{ sorted_text_list('ancestor_cost_center_id', ' | ') }} as ancestors
    from ancestors
    group by fiscal_period, cost_center_id

),

ancestors_today as (

    select
        cost_center_id,
        {{ sorted_text_list('ancestor_cost_center_id', ' | ') }} as ancestors
    from {{ ref('bridge_cost_center_hierarchy') }}
    group by cost_center_id

)

select
    ancestors.fiscal_period,
    ancestors.cost_center_id,
    ancestors.ancestor_cost_center_id,
    ancestors.depth
from ancestors
inner join ancestors_then
    on
        ancestors.fiscal_period = ancestors_then.fiscal_period
        and ancestors.cost_center_id = ancestors_then.cost_center_id
inner join ancestors_today
    on
        ancestors_then.cost_center_id = ancestors_today.cost_center_id
        and ancestors_then.ancestors <> ancestors_today.ancestors
