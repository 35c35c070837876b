-- grain: one scenario and path of money; a path is what one sender sends by one rule
-- why: how much money takes each path, whatever kind of money it is
-- reads: alloc_pool_senders, alloc_tower_senders
-- conserves: the amount of every sender that has a path

select
    scenario,
    rule_set,
    fiscal_period,
    'cost_pool' as sender_layer,
    rule_id,
    coalesce(tag_id, '*') as from_id,
    cast(sum(amount_minor) as double) as amount_minor
from {{ ref('alloc_pool_senders') }}
where measure = 'amount' and reason_code is null
group by all

union all

select
    scenario,
    rule_set,
    fiscal_period,
    'resource_tower' as sender_layer,
    rule_id,
    from_id,
    cast(sum(amount_minor) as double) as amount_minor
from {{ ref('alloc_tower_senders') }}
where measure = 'amount'
group by all
