-- grain: one scenario, rule set, fiscal period, layer and object of it
-- why: gross figures: own + received = total; total - handed on = net
-- reads: path amounts, entries and visits, networked objects, senders of both layers
-- conserves: own and net cost in sum; the rest counts money once per hand

with

path_amounts as (

    select * from {{ ref('alloc_path_amounts') }} where {{ in_stale_periods() }}

),

entries as (

    select * from {{ ref('alloc_path_entries') }}
    where {{ in_stale_periods() }} and reason_code is null

),

visits as (

    select * from {{ ref('alloc_path_visits') }} where {{ in_stale_periods() }}

),

networked_objects as (

    select * from {{ ref('alloc_networked_objects') }} where {{ in_stale_periods() }}

),

-- money in thousandths of a minor unit: whole numbers, so that their order does not matter
parts as (

    select
        path_amounts.scenario,
        entries.rule_set,
        entries.fiscal_period,
        entries.to_layer as layer,
        entries.to_id as object_id,
        cast(
            floor(path_amounts.amount_minor * 1000 * entries.share) as {{ long_number_type() }}
        ) as own_parts,
        case when entries.is_networked then 0 else own_parts end as passing_parts,
        0 as net_minor
    from entries
    inner join path_amounts on entries.path_id = path_amounts.path_id

    union all

    select
        path_amounts.scenario,
        visits.rule_set,
        visits.fiscal_period,
        visits.layer,
        visits.object_id,
        0,
        cast(
            floor(
                path_amounts.amount_minor * 1000
                * (visits.quantity / cast({{ network_unit() }} as double))
            ) as {{ long_number_type() }}
        ),
        0
    from visits
    inner join path_amounts on visits.path_id = path_amounts.path_id

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'resource_tower',
        from_id,
        0,
        0,
        amount_minor
    from {{ ref('alloc_tower_senders') }}
    where {{ in_stale_periods() }} and measure = 'amount'

    union all

    select
        scenario,
        rule_set,
        fiscal_period,
        'solution',
        service_id,
        0,
        0,
        amount_minor
    from {{ ref('alloc_solution_senders') }}
    where {{ in_stale_periods() }} and measure = 'amount'

),

objects as (

    select
        parts.scenario,
        parts.rule_set,
        parts.fiscal_period,
        parts.layer,
        parts.object_id,
        networked_objects.object_id is not null as is_networked,
        coalesce(networked_objects.pays, false) as pays,
        coalesce(networked_objects.receives, false) as receives,
        cast(sum(parts.own_parts) as double) as own_parts,
        cast(sum(parts.passing_parts) as double) as passing_parts,
        cast(sum(parts.net_minor) as bigint) as net_minor
    from parts
    left join networked_objects
        on
            parts.rule_set = networked_objects.rule_set
            and parts.fiscal_period = networked_objects.fiscal_period
            and parts.layer = networked_objects.layer
            and parts.object_id = networked_objects.object_id
    where parts.layer in ('resource_tower', 'solution')
    group by all

),

running_objects as (

    -- what rounding made of the net cost is spread over the own cost, so that both add up
    select
        *,
        sum(own_parts) over so_far as running_own,
        sum(abs(own_parts)) over so_far / nullif(sum(abs(own_parts)) over network, 0)
        * (cast(1000 as double) * sum(net_minor) over network - sum(own_parts) over network)
            as running_rounding,
        floor((running_own + coalesce(running_rounding, 0)) / 1000 + 0.5) as running_minor
    from objects
    window
        network as (partition by scenario, rule_set, fiscal_period, layer, is_networked),
        so_far as (
            partition by scenario, rule_set, fiscal_period, layer, is_networked
            order by object_id
            rows between unbounded preceding and current row
        )

),

totals as (

    select
        *,
        case when not is_networked then net_minor
            else
                running_minor - lag(running_minor, 1, 0) over (
                    partition by scenario, rule_set, fiscal_period, layer, is_networked
                    order by object_id
                )
        end as own_minor
    from running_objects

),

gross as (

    select
        *,
        case
            when not pays then net_minor
            when not receives then own_minor
            else floor(passing_parts / 1000 + 0.5)
        end as total_minor
    from totals

)

select
    scenario,
    rule_set,
    fiscal_period,
    layer,
    object_id,
    cast(own_minor as bigint) as own_minor,
    cast(total_minor - own_minor as bigint) as received_minor,
    cast(total_minor as bigint) as total_minor,
    cast(total_minor - net_minor as bigint) as handed_on_minor,
    net_minor
from gross
