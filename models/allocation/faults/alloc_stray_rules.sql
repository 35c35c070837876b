-- grain: one row of the cost model under a rule set that is not known
-- why: a rule under a misspelled rule set would be left out, and nobody would be told
-- reads: rule sets, delivered rules, percentages, fallbacks and target sets
-- conserves: every such row once

with

known_rule_sets as (

    select rule_set from {{ ref('input_cost_model__rule_sets') }}
    union
    select rule_set from {{ ref('dim_rule_sets') }}
    union
    select name from {{ ref('alloc_rejected_names') }} where table_name = 'rule_sets'

),

delivered_rules as (

    select
        rule_set,
        rule_id,
        'belongs to' as bond,
        file_name,
        line_number
    from {{ ref('input_cost_model__allocation_rules') }}

    union all

    select
        rule_set,
        rule_id,
        'belongs to',
        file_name,
        line_number
    from {{ ref('input_cost_model__classification_rules') }}

    union all

    select
        rule_set,
        rule_id,
        'has a percentage for ' || to_id || ' in',
        file_name,
        line_number
    from {{ ref('input_cost_model__allocation_percentages') }}

    union all

    select
        rule_set,
        rule_id,
        'has a fallback at position ' || position || ' in',
        file_name,
        line_number
    from {{ ref('input_cost_model__allocation_fallbacks') }}

    union all

    select
        rule_set,
        null,
        'target set ' || target_set || ' has members in',
        file_name,
        line_number
    from {{ ref('input_cost_model__target_sets') }}
    where rule_set <> '*'

),

faults as (

    select
        'error' as severity,
        'unknown_rule_set' as fault,
        case when delivered_rules.rule_id is not null then delivered_rules.rule_set end as rule_set,
        delivered_rules.rule_id,
        delivered_rules.file_name,
        delivered_rules.line_number,
        delivered_rules.bond || ' the rule set ' || delivered_rules.rule_set
        || ', which rule_sets does not list; add it there, or correct the name' as message
    from delivered_rules
    left join known_rule_sets on delivered_rules.rule_set = known_rule_sets.rule_set
    where known_rule_sets.rule_set is null

)

select
    severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
