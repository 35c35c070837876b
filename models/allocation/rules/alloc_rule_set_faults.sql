-- grain: one fault of a rule set
-- why: a rule under a misspelled rule set would be left out, and nobody would be told
-- reads: rule sets, delivered rules and target sets, alloc_rule_set_lineage
-- conserves: every fault once

with

delivered_rule_sets as (

    select * from {{ ref('input_cost_model__rule_sets') }}

),

known_rule_sets as (

    select rule_set from delivered_rule_sets
    union
    select rule_set from {{ ref('dim_rule_sets') }}

),

lineage as (

    select * from {{ ref('alloc_rule_set_lineage') }}

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

    union all

    select
        'error',
        'unknown_rule_set',
        delivered_rule_sets.rule_set,
        null,
        delivered_rule_sets.file_name,
        delivered_rule_sets.line_number,
        'is based on ' || delivered_rule_sets.based_on || ', which rule_sets does not list; '
        || 'add it there, or correct the name'
    from delivered_rule_sets
    left join known_rule_sets on delivered_rule_sets.based_on = known_rule_sets.rule_set
    where delivered_rule_sets.based_on is not null and known_rule_sets.rule_set is null

    union all

    select
        'error',
        'two_current_rule_sets',
        rule_set,
        null,
        file_name,
        line_number,
        'is current, and so is another rule set; mark all but one as proposed or retired'
    from delivered_rule_sets
    where status = 'current'
    qualify count(*) over () > 1

    union all

    select
        'error',
        'no_current_rule_set',
        rule_set,
        null,
        file_name,
        line_number,
        'is ' || status || ', and no rule set is current; mark the one that holds as current'
    from delivered_rule_sets
    where
        rule_set = 'current'
        and not exists (
            select 1 from {{ ref('input_cost_model__rule_sets') }} where status = 'current'
        )

    union all

    select
        'warning',
        'current_by_another_name',
        rule_set,
        null,
        file_name,
        line_number,
        'is the current one; metrics and analyses ask for the name current: call it so, or '
        || 'adapt them'
    from delivered_rule_sets
    where status = 'current' and rule_set <> 'current'

    union all

    select
        'error',
        'rule_set_circle',
        lineage.rule_set,
        null,
        delivered_rule_sets.file_name,
        delivered_rule_sets.line_number,
        'is based on itself by way of other rule sets; break the circle'
    from lineage
    left join delivered_rule_sets on lineage.rule_set = delivered_rule_sets.rule_set
    where lineage.distance = 0 and lineage.last_distance > 0

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
