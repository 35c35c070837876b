-- grain: one rule set, fiscal period, rule and sender
-- why: by which try of its rule each sender sends, without its receivers
-- reads: alloc_shares
-- conserves: every sender that has shares

with

shares as (

    select * from {{ ref('alloc_shares') }} where {{ in_stale_periods() }}

)

select
    rule_set,
    fiscal_period,
    rule_id,
    from_id,
    min(fallback_position) as fallback_position,
    min(method_used) as method_used
from shares
group by rule_set, fiscal_period, rule_id, from_id
