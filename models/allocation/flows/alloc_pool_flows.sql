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

),

movements as (

    select
        senders.*,
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
        ) as stop_reason,
        coalesce(paths.c0, 0) * senders.charged_part as c0,
        coalesce(paths.c1, 1) * senders.charged_part as c1
    from senders
    left join paths
        on
            senders.rule_set = paths.rule_set
            and senders.fiscal_period = paths.fiscal_period
            and senders.path_rule_id = paths.rule_id
            and senders.path_from_id = paths.from_id

    union all

    select
        *,
        '',
        'resource_tower',
        'VOLUME_VARIANCE',
        'volume_variance',
        charged_part,
        budgeted_part
    from senders
    where charged_part <> 1

    union all

    select
        *,
        '',
        'resource_tower',
        'SPENDING_VARIANCE',
        'spending_variance',
        budgeted_part,
        1
    from senders
    where budgeted_part <> 1

)

select
    sender_id,
    scenario,
    rule_set,
    fiscal_period,
    measure,
    cost_pool,
    cost_sub_pool,
    expense_type,
    is_credit,
    rule_id,
    method,
    part,
    to_layer,
    to_id,
    stop_reason as reason_code,
    c0,
    c1,
    {{ split_minor_units('amount_minor', 'c0', 'c1') }} as amount_minor
from movements
