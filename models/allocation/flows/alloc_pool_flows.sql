-- grain: one scenario, rule set, period, kind of money, debit or credit, rule and receiver
-- why: the first step: money leaves its cost pool for a tower, or passes the towers
-- reads: alloc_pool_senders, alloc_shares
-- conserves: the amount of every sender; what cannot move goes to UNALLOCATED

with

senders as (

    select
        *,
        case when reason_code is null and tag_id is null then rule_id end as sharing_rule_id
    from {{ ref('alloc_pool_senders') }}

),

shares as (

    select * from {{ ref('alloc_shares') }} where sender_layer = 'cost_pool'

)

select
    senders.scenario,
    senders.rule_set,
    senders.fiscal_period,
    senders.cost_pool,
    senders.cost_sub_pool,
    senders.expense_type,
    senders.is_credit,
    cast(null as varchar) as from_id,
    case
        when senders.reason_code = 'unclassified' then 'cost_pool'
        when senders.reason_code is not null then 'resource_tower'
        else coalesce(senders.tag_layer, shares.to_layer, 'resource_tower')
    end as to_layer,
    case
        when senders.reason_code is not null then 'UNALLOCATED'
        else coalesce(senders.tag_id, shares.to_id, 'UNALLOCATED')
    end as to_id,
    senders.rule_id,
    senders.method,
    coalesce(
        senders.reason_code,
        shares.reason_code,
        case when senders.tag_id is null and shares.to_id is null then 'no_matching_rule' end
    ) as reason_code,
    {{ split_minor_units(
        'senders.amount_minor', 'coalesce(shares.c0, 0)', 'coalesce(shares.c1, 1)'
    ) }} as amount_minor
from senders
left join shares
    on
        senders.rule_set = shares.rule_set
        and senders.fiscal_period = shares.fiscal_period
        and senders.sharing_rule_id = shares.rule_id
