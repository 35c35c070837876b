-- grain: one scenario, rule set, period, kind of money, debit or credit, tower and receiver
-- why: the second step: money leaves its tower for services and applications, or passes them
-- reads: alloc_tower_senders, alloc_shares
-- conserves: the amount of every sender; what cannot move goes to UNALLOCATED

with

senders as (

    select * from {{ ref('alloc_tower_senders') }}

),

shares as (

    select * from {{ ref('alloc_shares') }} where sender_layer = 'resource_tower'

)

select
    senders.scenario,
    senders.rule_set,
    senders.fiscal_period,
    senders.cost_pool,
    senders.cost_sub_pool,
    senders.expense_type,
    senders.is_credit,
    senders.from_id,
    coalesce(shares.to_layer, 'solution') as to_layer,
    coalesce(shares.to_id, 'UNALLOCATED') as to_id,
    senders.rule_id,
    senders.method,
    case when shares.to_id is null then 'no_matching_rule' else shares.reason_code end
        as reason_code,
    {{ split_minor_units(
        'senders.amount_minor', 'coalesce(shares.c0, 0)', 'coalesce(shares.c1, 1)'
    ) }} as amount_minor
from senders
left join shares
    on
        senders.rule_set = shares.rule_set
        and senders.fiscal_period = shares.fiscal_period
        and senders.rule_id = shares.rule_id
        and senders.from_id = shares.from_id
