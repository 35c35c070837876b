-- grain: one computed rule set and allocation rule that holds in it, right or wrong
-- why: inheritance between rule sets is resolved once; filters get one spelling
-- reads: input_cost_model__allocation_rules, alloc_rule_set_lineage
-- conserves: each rule id once per rule set, from the nearest set that defines it

with

delivered_rules as (

    select * from {{ ref('input_cost_model__allocation_rules') }}

),

lineage as (

    select * from {{ ref('alloc_rule_set_lineage') }}

)

select
    lineage.rule_set,
    lineage.defined_in,
    rules.rule_id,
    rules.sender_layer,
    rules.sequence,
    {{ filter_text('rules.from_id') }} as from_filter,
    {{ filter_text('rules.cost_pool') }} as cost_pool_filter,
    {{ filter_text('rules.cost_sub_pool') }} as cost_sub_pool_filter,
    {{ filter_text('rules.expense_type') }} as expense_type_filter,
    {{ filter_text('rules.account_id') }} as account_filter,
    {{ filter_text('rules.cost_center_id') }} as cost_center_filter,
    {{ filter_text('rules.vendor') }} as vendor_filter,
    {{ filter_text('rules.project_id') }} as project_filter,
    rules.method,
    rules.target_set,
    rules.driver_id,
    {{ filter_text('rules.driver_id') }} as ci_class_filter,
    coalesce(rules.network, 'reciprocal') as network,
    rules.budget_driver_id,
    rules.fixed_percentage,
    rules.capacity,
    coalesce(rules.idle, 'visible') as idle,
    rules.rate,
    rules.network as delivered_network,
    rules.idle as delivered_idle,
    coalesce(rules.no_gaps, false) as no_gaps,
    rules.owner,
    rules.justification,
    rules.valid_from,
    rules.valid_to,
    rules.file_name,
    rules.line_number
from lineage
inner join delivered_rules as rules on lineage.defined_in = rules.rule_set
qualify
    row_number() over (
        partition by lineage.rule_set, rules.rule_id order by lineage.distance
    ) = 1
