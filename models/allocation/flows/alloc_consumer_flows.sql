-- grain: one solution sender, consumer and part of the cost
-- why: the last step: what rests on a service goes on somebody's bill
-- reads: alloc_solution_senders, alloc_exit_shares
-- conserves: the amount of every sender; what cannot move goes to UNALLOCATED

with

senders as (

    select * from {{ ref('alloc_solution_senders') }}

),

shares as (

    select * from {{ ref('alloc_exit_shares') }} where layer = 'solution'

)

select
    senders.sender_id,
    senders.scenario,
    senders.rule_set,
    senders.fiscal_period,
    senders.measure,
    senders.service_id,
    senders.expense_type,
    senders.rule_id,
    senders.method,
    coalesce(shares.part, '') as part,
    'consumer' as to_layer,
    coalesce(shares.to_id, 'UNALLOCATED') as to_id,
    case when shares.to_id is null then 'no_matching_rule' else shares.reason_code end
        as reason_code,
    coalesce(shares.c0, 0) as c0,
    coalesce(shares.c1, 1) as c1,
    {{ split_minor_units(
        'senders.amount_minor', 'coalesce(shares.c0, 0)', 'coalesce(shares.c1, 1)'
    ) }} as amount_minor
from senders
left join shares
    on
        senders.rule_set = shares.rule_set
        and senders.fiscal_period = shares.fiscal_period
        and senders.rule_id = shares.rule_id
        and senders.service_id = shares.from_id
