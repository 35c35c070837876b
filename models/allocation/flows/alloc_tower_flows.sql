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

),

movements as (

    select
        senders.*,
        coalesce(paths.part, '') as part,
        coalesce(paths.to_layer, 'solution') as to_layer,
        coalesce(paths.to_id, 'UNALLOCATED') as to_id,
        case when paths.to_id is null then 'no_matching_rule' else paths.reason_code end
            as reason_code,
        coalesce(paths.c0, 0) * senders.charged_part as c0,
        coalesce(paths.c1, 1) * senders.charged_part as c1
    from senders
    left join paths
        on
            senders.rule_set = paths.rule_set
            and senders.fiscal_period = paths.fiscal_period
            and senders.rule_id = paths.rule_id
            and senders.from_id = paths.from_id

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
    where charged_part <> 1

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
