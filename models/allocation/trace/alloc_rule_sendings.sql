-- grain: one scenario, rule, period, sender, first receiver and part of the cost
-- why: to whom rules of every layer send, before any network: with weight and driver period
-- reads: senders of three layers, shares, variances of standard rates, layer totals
-- conserves: the money of each sender, once; what is handed on within a layer stands apart

{{ config(materialized='view') }}

with

shares as (

    select * from {{ ref('alloc_shares') }}

),

exit_shares as (

    select * from {{ ref('alloc_exit_shares') }}

),

pool_senders as (

    select * from {{ ref('alloc_pool_senders') }} where measure = 'amount'

),

tower_senders as (

    select * from {{ ref('alloc_tower_senders') }} where measure = 'amount'

),

solution_senders as (

    select * from {{ ref('alloc_solution_senders') }} where measure = 'amount'

),

totals as (

    select * from {{ ref('alloc_layer_totals') }} where handed_on_minor <> 0

),

objects as (

    select
        scenario,
        'resource_tower' as layer,
        rule_set,
        fiscal_period,
        from_id,
        rule_id,
        charged_part,
        amount_minor
    from tower_senders

    union all

    select
        scenario,
        'solution' as layer,
        rule_set,
        fiscal_period,
        service_id as from_id,
        rule_id,
        charged_part,
        amount_minor
    from solution_senders

)

select
    senders.scenario,
    senders.rule_set,
    senders.fiscal_period,
    'cost_pool' as rule_layer,
    senders.rule_id,
    '*' as from_id,
    shares.to_layer,
    shares.to_id,
    shares.reason_code,
    shares.part,
    shares.weight,
    shares.c1 - shares.c0 as share,
    shares.driver_period,
    {{ split_minor_units(
        'senders.amount_minor',
        '(shares.c0 * senders.charged_part)', '(shares.c1 * senders.charged_part)'
    ) }} as amount_minor,
    0 as handed_on_minor
from pool_senders as senders
inner join shares
    on
        senders.rule_set = shares.rule_set
        and senders.fiscal_period = shares.fiscal_period
        and senders.rule_id = shares.rule_id
        and shares.sender_layer = 'cost_pool'
where senders.tag_id is null and senders.reason_code is null

union all

select
    scenario,
    rule_set,
    fiscal_period,
    'cost_pool' as rule_layer,
    rule_id,
    '*' as from_id,
    coalesce(tag_layer, 'resource_tower') as to_layer,
    coalesce(tag_id, 'UNALLOCATED') as to_id,
    reason_code,
    '' as part,
    null as weight,
    null as share,
    null as driver_period,
    amount_minor,
    0 as handed_on_minor
from pool_senders
where rule_id is not null and (tag_id is not null or reason_code is not null)

union all

select
    objects.scenario,
    objects.rule_set,
    objects.fiscal_period,
    objects.layer as rule_layer,
    objects.rule_id,
    objects.from_id,
    shares.to_layer,
    shares.to_id,
    shares.reason_code,
    shares.part,
    shares.weight,
    shares.c1 - shares.c0 as share,
    shares.driver_period,
    {{ split_minor_units(
        'objects.amount_minor',
        '(shares.c0 * objects.charged_part)', '(shares.c1 * objects.charged_part)'
    ) }} as amount_minor,
    0 as handed_on_minor
from objects
inner join exit_shares as shares
    on
        objects.layer = shares.layer
        and objects.rule_set = shares.rule_set
        and objects.fiscal_period = shares.fiscal_period
        and objects.rule_id = shares.rule_id
        and objects.from_id = shares.from_id

union all

select
    totals.scenario,
    totals.rule_set,
    totals.fiscal_period,
    totals.layer as rule_layer,
    shares.rule_id,
    totals.object_id as from_id,
    shares.to_layer,
    shares.to_id,
    shares.reason_code,
    shares.part,
    shares.weight,
    shares.c1 - shares.c0 as share,
    shares.driver_period,
    0 as amount_minor,
    {{ split_minor_units('totals.total_minor', 'shares.c0', 'shares.c1') }} as handed_on_minor
from totals
inner join shares
    on
        totals.rule_set = shares.rule_set
        and totals.fiscal_period = shares.fiscal_period
        and totals.layer = shares.sender_layer
        and totals.object_id = shares.from_id
        and shares.sender_layer = shares.to_layer
where shares.reason_code is null

union all

select
    scenario,
    rule_set,
    fiscal_period,
    rule_layer,
    rule_id,
    from_id,
    to_layer,
    to_id,
    reason_code,
    '' as part,
    null as weight,
    null as share,
    null as driver_period,
    amount_minor,
    0 as handed_on_minor
from {{ ref('alloc_rule_variances') }}
