-- grain: one computed rule set and allocation rule that holds in it and has no error
-- why: the rules by which money moves; reads the faults, so that flows wait for their test
-- reads: alloc_effective_rules, alloc_rule_faults
-- conserves: every rule without an error

with

effective_rules as (

    select * from {{ ref('alloc_effective_rules') }}

),

rules_with_errors as (

    select distinct
        rule_set,
        rule_id
    from {{ ref('alloc_rule_faults') }}
    where severity = 'error' and rule_id is not null

)

select
    rules.rule_set,
    rules.defined_in,
    rules.rule_id,
    rules.sender_layer,
    rules.sequence,
    rules.method,
    rules.target_set,
    rules.driver_id,
    rules.ci_class_filter,
    rules.network,
    rules.budget_driver_id,
    rules.fixed_percentage,
    rules.capacity,
    rules.idle,
    rules.rate,
    rules.owner,
    rules.justification,
    rules.valid_from,
    rules.valid_to
from effective_rules as rules
left join rules_with_errors as errors
    on rules.defined_in = errors.rule_set and rules.rule_id = errors.rule_id
where errors.rule_id is null
