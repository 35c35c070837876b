-- grain: one pool sender, place where its money comes to rest and part of the cost
-- why: the first step: money leaves its cost pool for a tower, or passes the towers
-- reads: alloc_pool_senders, alloc_paths
-- conserves: the amount of every sender; what cannot move goes to UNALLOCATED

with

senders as (

    select
        *,
        case when reason_code is null then rule_id end as path_rule_id,
        coalesce(tag_id, '*') as path_from_id
    from {{ ref('alloc_pool_senders') }}

),

paths as (

    select * from {{ ref('alloc_paths') }} where sender_layer = 'cost_pool'

)

select
    senders.sender_id,
    senders.scenario,
    senders.rule_set,
    senders.fiscal_period,
    senders.measure,
    senders.cost_pool,
    senders.cost_sub_pool,
    senders.expense_type,
    senders.is_credit,
    senders.rule_id,
    senders.method,
    coalesce(paths.part, '') as part,
    case
        when senders.reason_code = 'unclassified' then 'cost_pool'
        else coalesce(paths.to_layer, 'resource_tower')
    end as to_layer,
    coalesce(paths.to_id, 'UNALLOCATED') as to_id,
    coalesce(
        senders.reason_code,
        paths.reason_code,
        case when paths.to_id is null then 'no_matching_rule' end
    ) as reason_code,
    coalesce(paths.c0, 0) as c0,
    coalesce(paths.c1, 1) as c1,
    {{ split_minor_units(
        'senders.amount_minor', 'coalesce(paths.c0, 0)', 'coalesce(paths.c1, 1)'
    ) }} as amount_minor
from senders
left join paths
    on
        senders.rule_set = paths.rule_set
        and senders.fiscal_period = paths.fiscal_period
        and senders.path_rule_id = paths.rule_id
        and senders.path_from_id = paths.from_id
