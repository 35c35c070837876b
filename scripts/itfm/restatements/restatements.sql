-- What a publication changes in bills that were published before. A scenario or period that is new restates nothing.
with

known_periods as (

    select
        bills.scenario,
        bills.fiscal_period,
        coalesce(calendar.is_closed, false) as is_closed
    from (select distinct scenario, fiscal_period from published_bills) as bills
    left join input_layer.input_ledger__fiscal_calendar as calendar
        on bills.fiscal_period = calendar.start_date

),

all_bills as (

    select
        coalesce(before.scenario, now.scenario) as scenario,
        coalesce(before.fiscal_period, now.fiscal_period) as fiscal_period,
        coalesce(before.consumer_id, now.consumer_id) as consumer_id,
        coalesce(before.amount, 0) as previous_amount,
        coalesce(now.amount, 0) as amount
    from published_bills as before
    full outer join new_bills as now
        on
            before.scenario = now.scenario
            and before.fiscal_period = now.fiscal_period
            and before.consumer_id = now.consumer_id

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
    all_bills.scenario,
    all_bills.fiscal_period,
    known_periods.is_closed,
    all_bills.consumer_id,
    all_bills.previous_amount,
    all_bills.amount,
    all_bills.amount - all_bills.previous_amount as change_amount,
    coalesce(causes.changed_inputs, 'models or settings of the project') as changed_inputs
from all_bills
inner join known_periods
    on
        all_bills.scenario = known_periods.scenario
        and all_bills.fiscal_period = known_periods.fiscal_period
left join causes on all_bills.fiscal_period = causes.fiscal_period
where all_bills.amount <> all_bills.previous_amount
order by all_bills.scenario, all_bills.fiscal_period, all_bills.consumer_id
