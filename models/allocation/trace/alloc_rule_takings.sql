-- grain: one scenario, rule, period and thing that the rule took, or hands on within its layer
-- why: rules of every layer in one shape: what each takes, and what would take it otherwise
-- reads: classified buckets, pool rules, senders of towers and solutions, totals, next rules
-- conserves: the money of each layer, once; what is handed on within a layer stands apart

{{ config(materialized='view') }}

with

buckets as (

    select *
    from {{ ref('alloc_classified_buckets') }}
    where measure = 'amount'

),

pool_rules as (

    select * from {{ ref('alloc_pool_rules') }}

),

tower_senders as (

    select * from {{ ref('alloc_tower_senders') }} where measure = 'amount'

),

solution_senders as (

    select * from {{ ref('alloc_solution_senders') }} where measure = 'amount'

),

object_rules as (

    select distinct
        rule_set,
        fiscal_period,
        sender_layer,
        from_id,
        rule_id
    from {{ ref('alloc_object_rules') }}

),

totals as (

    select * from {{ ref('alloc_layer_totals') }} where handed_on_minor <> 0

),

takings as (

    select
        rule_set,
        scenario,
        fiscal_period,
        'classification' as rule_layer,
        classification_rule_id as rule_id,
        profile_id,
        '' as from_id,
        cost_pool,
        cost_sub_pool,
        expense_type,
        account_id,
        cost_center_id,
        vendor,
        cast(null as varchar) as reason_code,
        amount_minor,
        0 as handed_on_minor,
        line_count
    from buckets
    where classification_rule_id is not null

    union all

    select
        buckets.rule_set,
        buckets.scenario,
        buckets.fiscal_period,
        'cost_pool' as rule_layer,
        pool_rules.rule_id,
        buckets.profile_id,
        '' as from_id,
        buckets.cost_pool,
        buckets.cost_sub_pool,
        buckets.expense_type,
        buckets.account_id,
        buckets.cost_center_id,
        buckets.vendor,
        pool_rules.reason_code,
        buckets.amount_minor,
        0 as handed_on_minor,
        buckets.line_count
    from buckets
    inner join pool_rules
        on buckets.rule_set = pool_rules.rule_set and buckets.bucket_id = pool_rules.bucket_id
    where pool_rules.rule_id is not null

    union all

    select
        rule_set,
        scenario,
        fiscal_period,
        'resource_tower' as rule_layer,
        rule_id,
        0 as profile_id,
        from_id,
        cost_pool,
        cost_sub_pool,
        expense_type,
        null as account_id,
        null as cost_center_id,
        null as vendor,
        null as reason_code,
        amount_minor,
        0 as handed_on_minor,
        null as line_count
    from tower_senders
    where rule_id is not null

    union all

    select
        rule_set,
        scenario,
        fiscal_period,
        'solution' as rule_layer,
        rule_id,
        0 as profile_id,
        service_id as from_id,
        '' as cost_pool,
        '' as cost_sub_pool,
        expense_type,
        null as account_id,
        null as cost_center_id,
        null as vendor,
        null as reason_code,
        amount_minor,
        0 as handed_on_minor,
        null as line_count
    from solution_senders
    where rule_id is not null

    union all

    select
        totals.rule_set,
        totals.scenario,
        totals.fiscal_period,
        totals.layer as rule_layer,
        object_rules.rule_id,
        0 as profile_id,
        totals.object_id as from_id,
        '' as cost_pool,
        '' as cost_sub_pool,
        '' as expense_type,
        null as account_id,
        null as cost_center_id,
        null as vendor,
        null as reason_code,
        0 as amount_minor,
        totals.handed_on_minor,
        null as line_count
    from totals
    inner join object_rules
        on
            totals.rule_set = object_rules.rule_set
            and totals.fiscal_period = object_rules.fiscal_period
            and totals.layer = object_rules.sender_layer
            and totals.object_id = object_rules.from_id

)

select
    rule_set,
    scenario,
    fiscal_period,
    rule_layer,
    rule_id,
    profile_id,
    from_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
    account_id,
    cost_center_id,
    vendor,
    reason_code,
    amount_minor,
    handed_on_minor,
    line_count
from takings
