-- grain: one pool sender, place where its money comes to rest and part of the cost
-- why: the first step: money leaves its cost pool for a tower, or passes the towers
-- reads: alloc_pool_senders, alloc_paths
-- conserves: the amount of every sender; what cannot move goes to UNALLOCATED

{{ config(materialized='view') }}

with

senders as (

    select * from {{ ref('alloc_pool_senders') }}

),

paths as (

    select * from {{ ref('alloc_paths') }} where sender_layer = 'cost_pool'

),

movements as (

    select
        senders.*,
        paths.part,
        paths.to_layer,
        paths.to_id,
        paths.reason_code as stop_reason,
        paths.c0 * senders.charged_part as c0,
        paths.c1 * senders.charged_part as c1
    from paths
    inner join senders
        on paths.path_id = senders.path_id and paths.fiscal_period = senders.fiscal_period

    union all

    select
        *,
        '',
        case when reason_code = 'unclassified' then 'cost_pool' else 'resource_tower' end,
        'UNALLOCATED',
        'no_matching_rule',
        0,
        charged_part
    from senders
    where path_id is null

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
    where charged_part <> budgeted_part

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
    coalesce(reason_code, stop_reason) as reason_code,
    c0,
    c1,
    {{ split_minor_units('amount_minor', 'c0', 'c1') }} as amount_minor
from movements
