-- grain: one fault of a rule set
-- why: which rules hold is decided by rule sets: there must be one that does, and no circle
-- reads: rule sets, delivered rules, alloc_rule_set_lineage
-- conserves: every fault once

with

delivered_rule_sets as (

    select * from {{ ref('input_cost_model__rule_sets') }}

),

known_rule_sets as (

    select rule_set from delivered_rule_sets
    union
    select rule_set from {{ ref('dim_rule_sets') }}
    union
    select name from {{ ref('alloc_rejected_names') }} where table_name = 'rule_sets'

),

lineage as (

    select * from {{ ref('alloc_rule_set_lineage') }}

),

sets_with_rules as (

    select rule_set from {{ ref('input_cost_model__allocation_rules') }}
    union
    select rule_set from {{ ref('input_cost_model__classification_rules') }}

),

faults as (

    select
        'error' as severity,
        'unknown_rule_set' as fault,
        delivered_rule_sets.rule_set,
        cast(null as varchar) as rule_id,
        delivered_rule_sets.file_name,
        delivered_rule_sets.line_number,
        'is based on ' || delivered_rule_sets.based_on || ', which rule_sets does not list; '
        || 'add it there, or correct the name' as message
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
        not exists (
            select 1 from {{ ref('input_cost_model__rule_sets') }} where status = 'current'
        )
        -- the set current needs no row, as long as it has rules
        and (
            rule_set = 'current'
            or 'current' not in (select known.rule_set from sets_with_rules as known)
        )
    qualify row_number() over (order by rule_set <> 'current', file_name, line_number) = 1

    union all

    select
        'warning',
        'proposal_without_base',
        rule_set,
        null,
        file_name,
        line_number,
        'is based on no rule set and classifies nothing by rules of its own, so all of its cost '
        || 'stays unclassified; name the rule set that it changes in based_on'
    from delivered_rule_sets
    where
        status = 'proposed'
        and based_on is null
        and rule_set not in (
            select rule_set from {{ ref('input_cost_model__classification_rules') }}
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
        'warning',
        'based_on_proposal',
        delivered_rule_sets.rule_set,
        null,
        delivered_rule_sets.file_name,
        delivered_rule_sets.line_number,
        'is current and based on ' || bases.rule_set || ', which is only proposed: whoever '
        || 'edits the proposal changes the bills; take its rules over, or mark it as retired'
    from delivered_rule_sets
    inner join delivered_rule_sets as bases on delivered_rule_sets.based_on = bases.rule_set
    where delivered_rule_sets.status = 'current' and bases.status = 'proposed'

    union all

    select
        'error',
        'rule_set_circle',
        lineage.rule_set,
        null,
        delivered_rule_sets.file_name,
        delivered_rule_sets.line_number,
        case
            when delivered_rule_sets.based_on = lineage.rule_set
                then 'is based on itself; name the rule set that it changes, or none'
            else 'is based on itself by way of other rule sets; break the circle'
        end
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
