-- grain: one rule set, fiscal period, layer and object that a rule takes
-- why: a fault of an object in a network names the rule, its file and its line
-- reads: alloc_object_rules, alloc_effective_rules
-- conserves: every such object once; of several rules the first by name stands for them

{{ config(materialized='view') }}

with

object_rules as (

    select
        rule_set,
        fiscal_period,
        sender_layer,
        from_id,
        min(rule_id) as rule_id
    from {{ ref('alloc_object_rules') }}
    group by rule_set, fiscal_period, sender_layer, from_id

),

rules as (

    select * from {{ ref('alloc_effective_rules') }}

)

select
    object_rules.rule_set,
    object_rules.fiscal_period,
    object_rules.sender_layer as layer,
    object_rules.from_id as object_id,
    object_rules.rule_id,
    rules.file_name,
    rules.line_number
from object_rules
inner join rules
    on object_rules.rule_set = rules.rule_set and object_rules.rule_id = rules.rule_id
