-- grain: one tower sender, place where its money comes to rest and part of the cost
-- why: the second step: money leaves its tower, through the network of solutions or past it
-- reads: alloc_tower_senders, alloc_paths
-- conserves: the amount of every sender; what cannot move goes to UNALLOCATED

with

senders as (

    select * from {{ ref('alloc_tower_senders') }}

),

paths as (

    select * from {{ ref('alloc_paths') }} where sender_layer = 'resource_tower'

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
    senders.from_id,
    senders.rule_id,
    senders.method,
    coalesce(paths.part, '') as part,
    coalesce(paths.to_layer, 'solution') as to_layer,
    coalesce(paths.to_id, 'UNALLOCATED') as to_id,
    case when paths.to_id is null then 'no_matching_rule' else paths.reason_code end
        as reason_code,
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
        and senders.rule_id = paths.rule_id
        and senders.from_id = paths.from_id
