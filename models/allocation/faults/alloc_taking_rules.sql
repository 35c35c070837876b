-- grain: one rule set, layer and rule that takes something in some period
-- why: rules that take nothing are what is left
-- reads: alloc_pool_rules, alloc_object_rules, alloc_classified_buckets
-- conserves: every such rule once; classification is a layer of its own

select
    rule_set,
    'cost_pool' as layer,
    rule_id
from {{ ref('alloc_pool_rules') }}
where rule_id is not null

union

select
    rule_set,
    sender_layer,
    rule_id
from {{ ref('alloc_object_rules') }}

union

select
    rule_set,
    'classification',
    classification_rule_id
from {{ ref('alloc_classified_buckets') }}
where classification_rule_id is not null
