-- grain: one rule set, period and path of money that rules changed since the period before
-- why: behind equal first receivers, money comes to rest elsewhere only where use moved a network
-- reads: alloc_path_entries, alloc_shares, dim_fiscal_periods
-- conserves: every path whose first receivers differ, and those with other rules behind them

with

fiscal_periods as (

    select
        fiscal_period,
        lag(fiscal_period) over (order by fiscal_period) as previous_period
    from {{ ref('dim_fiscal_periods') }}

),

-- a period is compared with the one before it, and no other is read
read_periods as (

    select fiscal_period
    from fiscal_periods
    where {{ in_stale_periods() }}

    union

    select previous_period
    from fiscal_periods
    where {{ in_stale_periods() }}

),

entries as (

    select
        rule_set,
        fiscal_period,
        sender_layer,
        rule_id,
        from_id,
        sum({{ row_hash('(part, to_layer, to_id, reason_code, share)') }}) as version
    from {{ ref('alloc_path_entries') }}
    where fiscal_period in (select read_periods.fiscal_period from read_periods)
    group by rule_set, fiscal_period, sender_layer, rule_id, from_id

),

-- inside a layer: who pays by which rule, and whom where use has no say
inner_shares as (

    select distinct
        rule_set,
        fiscal_period,
        sender_layer as layer,
        from_id,
        rule_id,
        case when method_used in ('even', 'fixed_percent') then to_id end as to_id,
        case when method_used in ('even', 'fixed_percent') then c1 - c0 end as share
    from {{ ref('alloc_shares') }}
    where
        fiscal_period in (select read_periods.fiscal_period from read_periods)
        and sender_layer = to_layer
        and reason_code is null

),

inner_versions as (

    select
        rule_set,
        fiscal_period,
        layer,
        {{ row_hash('(from_id, rule_id, to_id, share)') }} as version
    from inner_shares

),

networks as (

    select
        rule_set,
        fiscal_period,
        sum(case when layer = 'solution' then version end) as solution_version,
        sum(case when layer = 'resource_tower' then version end) as tower_version
    from inner_versions
    group by rule_set, fiscal_period

),

versions as (

    select
        entries.rule_set,
        entries.fiscal_period,
        entries.sender_layer,
        entries.rule_id,
        entries.from_id,
        entries.version,
        coalesce(networks.solution_version, 0) as solution_version,
        case when entries.sender_layer = 'cost_pool' then coalesce(networks.tower_version, 0) end
            as tower_version
    from entries
    left join networks
        on
            entries.rule_set = networks.rule_set
            and entries.fiscal_period = networks.fiscal_period

)

select
    these.rule_set,
    these.fiscal_period,
    these.sender_layer,
    these.rule_id,
    these.from_id
from versions as these
inner join fiscal_periods on these.fiscal_period = fiscal_periods.fiscal_period
inner join versions as former
    on
        these.rule_set = former.rule_set
        and fiscal_periods.previous_period = former.fiscal_period
        and these.sender_layer = former.sender_layer
        and these.rule_id = former.rule_id
        and these.from_id = former.from_id
where
    {{ in_stale_periods('these.fiscal_period') }}
    and (
        these.version <> former.version
        or these.solution_version <> former.solution_version
        or these.tower_version <> former.tower_version
    )
