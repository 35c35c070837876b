-- grain: one rule set, sender and rule whose filters match it, of every layer
-- why: which rules meet on one sender is asked alike for overlaps, gaps and idle rules
-- reads: candidates of classification, cost pools and objects
-- conserves: every candidate once

{{ config(materialized='view') }}

select
    rule_set,
    'classification' as layer,
    cast(profile_id as varchar) as sender,
    'a ledger bucket' as example,
    rule_id,
    sequence,
    valid_from,
    valid_to,
    false as lacks_tag
from {{ ref('alloc_classification_candidates') }}

union all

select
    rule_set,
    'cost_pool',
    {{ pool_sender('candidates') }},
    cost_pool || ' / ' || cost_sub_pool || ' / ' || expense_type,
    rule_id,
    sequence,
    valid_from,
    valid_to,
    lacks_tag
from {{ ref('alloc_pool_candidates') }} as candidates

union all

select
    rule_set,
    sender_layer,
    from_id || ' ' || cost_pool || ' / ' || cost_sub_pool || ' / ' || expense_type,
    from_id,
    rule_id,
    sequence,
    valid_from,
    valid_to,
    false
from {{ ref('alloc_object_candidates') }}
