-- grain: one solution sender, consumer and part of the cost
-- why: the last step: what rests on a service goes on somebody's bill
-- reads: alloc_solution_senders, alloc_exit_shares
-- conserves: the amount of every sender; what cannot move goes to UNALLOCATED

{{ config(materialized='view') }}

with

senders as (

    select * from {{ ref('alloc_solution_senders') }}

),

shares as (

    select * from {{ ref('alloc_exit_shares') }} where layer = 'solution'

),

movements as (

    select
        senders.*,
        coalesce(shares.part, '') as part,
        'consumer' as to_layer,
        coalesce(shares.to_id, 'UNALLOCATED') as to_id,
        case when shares.to_id is null then 'no_matching_rule' else shares.reason_code end
            as reason_code,
        coalesce(shares.c0, 0) * senders.charged_part as c0,
        coalesce(shares.c1, 1) * senders.charged_part as c1
    from senders
    left join shares
        on
            senders.rule_set = shares.rule_set
            and senders.fiscal_period = shares.fiscal_period
            and senders.rule_id = shares.rule_id
            and senders.service_id = shares.from_id

    union all

    select
        *,
        '',
        'consumer',
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
        'consumer',
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
    service_id,
    expense_type,
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
