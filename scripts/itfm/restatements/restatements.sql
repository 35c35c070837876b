-- What a publication changes in figures that were published before. A scenario or period that is new restates nothing.
with

known_periods as (

    select
        figures.scenario,
        figures.fiscal_period,
        coalesce(calendar.is_closed, false) as is_closed
    from (select distinct scenario, fiscal_period from published_figures) as figures
    left join input_layer.input_ledger__fiscal_calendar as calendar
        on figures.fiscal_period = calendar.start_date

),

figures as (

    select
        coalesce(before.figure, now.figure) as figure,
        coalesce(before.scenario, now.scenario) as scenario,
        coalesce(before.fiscal_period, now.fiscal_period) as fiscal_period,
        coalesce(before.consumer_id, now.consumer_id) as consumer_id,
        coalesce(before.service_id, now.service_id) as service_id,
        coalesce(before.cost_center_id, now.cost_center_id) as cost_center_id,
        coalesce(before.account_id, now.account_id) as account_id,
        coalesce(before.cost_pool, now.cost_pool) as cost_pool,
        coalesce(before.cost_sub_pool, now.cost_sub_pool) as cost_sub_pool,
        coalesce(before.amount, 0) as previous_amount,
        coalesce(now.amount, 0) as amount,
        coalesce(before.capex_amount, 0) as previous_capex_amount,
        coalesce(now.capex_amount, 0) as capex_amount
    from published_figures as before
    full outer join new_figures as now
        on
            before.figure = now.figure
            and before.scenario = now.scenario
            and before.fiscal_period = now.fiscal_period
            and before.consumer_id is not distinct from now.consumer_id
            and before.service_id is not distinct from now.service_id
            and before.cost_center_id is not distinct from now.cost_center_id
            and before.account_id is not distinct from now.account_id
            and before.cost_pool is not distinct from now.cost_pool
            and before.cost_sub_pool is not distinct from now.cost_sub_pool

),

changed_inputs as (

    select
        regexp_replace(table_name, '^(input_[a-z_]+?__|fct_|dim_|bridge_)', '') as input_name,
        counts_in,
        fiscal_period
    from (
        select table_name, counts_in, fiscal_period, version from published_versions
        union all
        select table_name, counts_in, fiscal_period, version from new_versions
    ) as versions
    group by table_name, counts_in, fiscal_period
    having count(*) = 1 or min(version) <> max(version)

),

causes as (

    select
        known_periods.fiscal_period,
        string_agg(
            distinct replace(changed_inputs.input_name, '_', ' '), ', '
            order by replace(changed_inputs.input_name, '_', ' ')
        ) as changed_inputs
    from (select distinct fiscal_period from known_periods) as known_periods
    inner join changed_inputs
        on
            changed_inputs.counts_in = 'every period'
            or known_periods.fiscal_period = changed_inputs.fiscal_period
            or (
                changed_inputs.counts_in = 'later periods'
                and known_periods.fiscal_period > changed_inputs.fiscal_period
            )
    group by known_periods.fiscal_period

)

select
    getvariable('restated_at') as restated_at,
    getvariable('published_before') as previously_published_at,
    figures.figure,
    figures.scenario,
    figures.fiscal_period,
    known_periods.is_closed,
    figures.consumer_id,
    figures.service_id,
    figures.cost_center_id,
    figures.account_id,
    figures.cost_pool,
    figures.cost_sub_pool,
    figures.previous_amount,
    figures.amount,
    figures.amount - figures.previous_amount as change_amount,
    figures.capex_amount - figures.previous_capex_amount as change_capex_amount,
    coalesce(causes.changed_inputs, 'models or settings of the project') as changed_inputs
from figures
inner join known_periods
    on
        figures.scenario = known_periods.scenario
        and figures.fiscal_period = known_periods.fiscal_period
left join causes on figures.fiscal_period = causes.fiscal_period
where
    figures.amount <> figures.previous_amount
    or figures.capex_amount <> figures.previous_capex_amount
order by all
