-- A failure means that what a sender sent is not what arrived: money, or another measure, was lost
-- or invented at the step named. Sent and arrived are in minor units of the measure.
with

rule_sets as (

    select * from {{ ref('dim_rule_sets') }}

),

movements as (

    select
        '1 bucket to cost pool' as step,
        rule_sets.rule_set,
        buckets.bucket_id as sender_id,
        buckets.amount_minor as sent,
        0 as arrived
    from {{ ref('alloc_cost_buckets') }} as buckets
    cross join rule_sets

    union all

    select
        '1 bucket to cost pool',
        rule_set,
        bucket_id,
        0,
        amount_minor
    from {{ ref('alloc_classified_buckets') }}

    union all

    select
        '3 cost pool to tower',
        rule_set,
        sender_id,
        amount_minor,
        0
    from {{ ref('alloc_pool_senders') }}

    union all

    select
        '3 cost pool to tower',
        rule_set,
        sender_id,
        0,
        amount_minor
    from {{ ref('alloc_pool_flows') }}

    union all

    select
        '5 tower to solution',
        rule_set,
        sender_id,
        amount_minor,
        0
    from {{ ref('alloc_tower_senders') }}

    union all

    select
        '5 tower to solution',
        rule_set,
        sender_id,
        0,
        amount_minor
    from {{ ref('alloc_tower_flows') }}

    union all

    select
        '7 solution to consumer',
        rule_set,
        sender_id,
        amount_minor,
        0
    from {{ ref('alloc_solution_senders') }}

    union all

    select
        '7 solution to consumer',
        rule_set,
        sender_id,
        0,
        amount_minor
    from {{ ref('alloc_consumer_flows') }}

),

-- between the steps senders are regrouped: by place and kind of money nothing may change
handovers as (

    select
        '2 classified to leaving' as step,
        scenario,
        rule_set,
        fiscal_period,
        measure,
        concat_ws(' / ', cost_pool, cost_sub_pool, expense_type, is_credit) as place,
        amount_minor as sent,
        0 as arrived
    from {{ ref('alloc_classified_buckets') }}

    union all

    select
        '2 classified to leaving',
        scenario,
        rule_set,
        fiscal_period,
        measure,
        concat_ws(' / ', cost_pool, cost_sub_pool, expense_type, is_credit),
        0,
        amount_minor
    from {{ ref('alloc_pool_senders') }}

    union all

    select
        '4 at the tower',
        scenario,
        rule_set,
        fiscal_period,
        measure,
        concat_ws(' / ', cost_pool, cost_sub_pool, expense_type, is_credit, to_id),
        amount_minor,
        0
    from {{ ref('alloc_pool_flows') }}
    where to_layer = 'resource_tower' and reason_code is null

    union all

    select
        '4 at the tower',
        scenario,
        rule_set,
        fiscal_period,
        measure,
        concat_ws(' / ', cost_pool, cost_sub_pool, expense_type, is_credit, from_id),
        0,
        amount_minor
    from {{ ref('alloc_tower_senders') }}

    union all

    select
        '6 at the service',
        scenario,
        rule_set,
        fiscal_period,
        measure,
        concat_ws(' / ', expense_type, to_id),
        amount_minor,
        0
    from {{ ref('alloc_pool_flows') }}
    where to_layer = 'solution' and reason_code is null

    union all

    select
        '6 at the service',
        scenario,
        rule_set,
        fiscal_period,
        measure,
        concat_ws(' / ', expense_type, to_id),
        amount_minor,
        0
    from {{ ref('alloc_tower_flows') }}
    where to_layer = 'solution' and reason_code is null

    union all

    select
        '6 at the service',
        scenario,
        rule_set,
        fiscal_period,
        measure,
        concat_ws(' / ', expense_type, service_id),
        0,
        amount_minor
    from {{ ref('alloc_solution_senders') }}

    union all

    select
        '8 own and net cost of a layer',
        scenario,
        rule_set,
        fiscal_period,
        'amount',
        layer,
        own_minor,
        net_minor
    from {{ ref('alloc_layer_totals') }}

)

select
    step,
    rule_set,
    cast(sender_id as varchar) as sender,
    sum(sent) as sent,
    sum(arrived) as arrived
from movements
group by all
having sum(sent) is distinct from sum(arrived)

union all

select
    step,
    rule_set,
    concat_ws(' / ', scenario, fiscal_period, measure, place),
    sum(sent),
    sum(arrived)
from handovers
group by all
having sum(sent) is distinct from sum(arrived)
