-- A failure means that what a sender sent is not what arrived: money was lost or invented at the
-- step named. Sent and arrived are in hundredths of the reporting currency.
with

movements as (

    select
        '1 bucket to cost pool' as step,
        buckets.scenario,
        rule_sets.rule_set,
        buckets.fiscal_period,
        '' as cost_pool,
        '' as cost_sub_pool,
        '' as expense_type,
        buckets.is_credit,
        '' as sender,
        '' as place,
        buckets.amount_minor as sent,
        0 as arrived
    from {{ ref('alloc_cost_buckets') }} as buckets
    cross join {{ ref('dim_rule_sets') }} as rule_sets

    union all

    select
        '1 bucket to cost pool',
        scenario,
        rule_set,
        fiscal_period,
        '',
        '',
        '',
        is_credit,
        '',
        '',
        0,
        amount_minor
    from {{ ref('alloc_classified_buckets') }}

    union all

    select
        '2 cost pool to tower',
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        '',
        '',
        amount_minor,
        0
    from {{ ref('alloc_classified_buckets') }}

    union all

    select
        '2 cost pool to tower',
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        '',
        '',
        0,
        amount_minor
    from {{ ref('alloc_pool_flows') }}

    union all

    select
        '3 rule of a cost pool to its receivers',
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        coalesce(rule_id, ''),
        '',
        amount_minor,
        0
    from {{ ref('alloc_pool_senders') }}

    union all

    select
        '3 rule of a cost pool to its receivers',
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        coalesce(rule_id, ''),
        '',
        0,
        amount_minor
    from {{ ref('alloc_pool_flows') }}

    union all

    select
        '4 tower to its receivers',
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        to_id,
        '',
        amount_minor,
        0
    from {{ ref('alloc_pool_flows') }}
    where to_layer = 'resource_tower' and to_id <> 'UNALLOCATED'

    union all

    select
        '4 tower to its receivers',
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        from_id,
        '',
        0,
        amount_minor
    from {{ ref('alloc_tower_flows') }}

    union all

    select
        '5 into the solution layer',
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        'DIRECT',
        to_id,
        amount_minor,
        0
    from {{ ref('alloc_pool_flows') }}
    where to_layer = 'solution' and to_id <> 'UNALLOCATED'

    union all

    select
        '5 into the solution layer',
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        from_id,
        to_id,
        amount_minor,
        0
    from {{ ref('alloc_tower_flows') }}
    where to_layer = 'solution' and to_id <> 'UNALLOCATED'

    union all

    select
        '5 into the solution layer',
        scenario,
        rule_set,
        fiscal_period,
        cost_pool,
        cost_sub_pool,
        expense_type,
        is_credit,
        tower_id,
        entry_id,
        0,
        amount_minor
    from {{ ref('alloc_solution_flows') }}

    union all

    select
        '6 service to consumer',
        scenario,
        rule_set,
        fiscal_period,
        '',
        '',
        '',
        null,
        service_id,
        '',
        amount_minor,
        0
    from {{ ref('alloc_solution_flows') }}

    union all

    select
        '6 service to consumer',
        scenario,
        rule_set,
        fiscal_period,
        '',
        '',
        '',
        null,
        service_id,
        '',
        0,
        amount_minor
    from {{ ref('alloc_consumer_flows') }}

    union all

    select
        '7 net cost of services',
        scenario,
        rule_set,
        fiscal_period,
        '',
        '',
        '',
        null,
        '',
        '',
        own_minor,
        net_minor
    from {{ ref('alloc_solution_totals') }}

)

select
    step,
    scenario,
    rule_set,
    fiscal_period,
    cost_pool,
    cost_sub_pool,
    expense_type,
    is_credit,
    sender,
    place,
    sum(sent) as sent,
    sum(arrived) as arrived
from movements
group by all
having sum(sent) is distinct from sum(arrived)
