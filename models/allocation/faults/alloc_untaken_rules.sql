-- grain: one rule that takes nothing in any period, though there is money in its dates
-- why: who takes nothing is found first, and then why
-- reads: rules of both kinds, alloc_taking_rules, alloc_cost_buckets
-- conserves: every such rule once, with a rule set that it stands in; rules for all are left out

with

rules as (

    select
        rule_set,
        defined_in,
        rule_id,
        sender_layer as layer,
        case sender_layer
            when 'cost_pool' then 'money of a cost pool'
            when 'resource_tower' then 'money of a tower'
            else 'service or application'
        end as sought,
        valid_from,
        valid_to,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}
    where
        from_filter || cost_pool_filter || cost_sub_pool_filter || expense_type_filter
        || account_filter || cost_center_filter || vendor_filter || project_filter
        <> '********'

    union all

    select
        rule_set,
        defined_in,
        rule_id,
        'classification',
        'line of the ledger',
        valid_from,
        valid_to,
        file_name,
        line_number
    from {{ ref('alloc_classification_rules') }}
    where
        account_filter || cost_center_filter || vendor_filter || project_filter
        || entry_type_filter || description_filter <> '******'

),

periods_with_money as (

    select distinct fiscal_period from {{ ref('alloc_cost_buckets') }}

),

taking_rules as (

    select * from {{ ref('alloc_taking_rules') }}

)

-- a rule may take nothing in one rule set and something in another that shares it
select
    rules.defined_in,
    rules.rule_id,
    rules.layer,
    rules.sought,
    rules.file_name,
    rules.line_number,
    min(rules.rule_set) as rule_set
from rules
left join taking_rules
    on
        rules.rule_set = taking_rules.rule_set
        and rules.layer = taking_rules.layer
        and rules.rule_id = taking_rules.rule_id
where
    exists (
        select 1
        from periods_with_money
        where periods_with_money.fiscal_period between rules.valid_from and rules.valid_to
    )
group by
    rules.defined_in, rules.rule_id, rules.layer, rules.sought, rules.file_name,
    rules.line_number
having count(taking_rules.rule_id) = 0
