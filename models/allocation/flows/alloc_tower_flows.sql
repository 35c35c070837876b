-- grain: one tower sender, place where its money comes to rest and part of the cost
-- why: the second step: money leaves its tower, through the network of solutions or past it
-- reads: alloc_tower_senders, alloc_paths
-- conserves: the amount of every sender; what cannot move goes to UNALLOCATED

{{ config(materialized='view') }}

with

senders as (

    select * from {{ ref('alloc_tower_senders') }}

),

paths as (

    select * from {{ ref('alloc_paths') }} where sender_layer = 'resource_tower'

),

movements as (

    select
        senders.*,
        paths.part,
        paths.to_layer,
        paths.to_id,
        paths.reason_code,
        paths.c0 * senders.charged_part as c0,
        paths.c1 * senders.charged_part as c1
    from paths
    inner join senders
        on paths.path_id = senders.path_id and paths.fiscal_period = senders.fiscal_period

    union all

    select
        *,
        '',
        'solution',
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
        'solution',
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
        'solution',
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
    from_id,
    rule_id,
    method,
    part,
    to_layer,
    to_id,
    reason_code,
    c0,
    c1,
    {{ split_minor_units('amount_minor', 'c0', 'c1') }} as amount_minor
from movements
