-- grain: one proposed rule set, rule that differs from its base and column that differs
-- why: which rules a proposal touches, so that the money it moves can be laid at their door
-- reads: alloc_rule_values, alloc_rule_set_pairs
-- conserves: every difference once; a rule that says the same in both sets has no row

with

rule_values as (

    select * from {{ ref('alloc_rule_values') }}

),

pairs as (

    select * from {{ ref('alloc_rule_set_pairs') }}

),

sided_values as (

    select
        pairs.rule_set,
        pairs.based_on,
        rule_values.rule_set = pairs.rule_set as is_after,
        rule_values.rule_kind,
        rule_values.rule_id,
        rule_values.column_name,
        rule_values.column_value
    from pairs
    inner join rule_values on rule_values.rule_set in (pairs.rule_set, pairs.based_on)

),

compared_values as (

    select
        rule_set,
        based_on,
        rule_kind,
        rule_id,
        column_name,
        max(case when not is_after then column_value end) as before_value,
        max(case when is_after then column_value end) as after_value
    from sided_values
    group by rule_set, based_on, rule_kind, rule_id, column_name

),

compared_rules as (

    select
        *,
        bool_or(before_value is not null) over rule as was_there,
        bool_or(after_value is not null) over rule as is_there
    from compared_values
    window rule as (partition by rule_set, rule_kind, rule_id)

)

select
    rule_set,
    based_on,
    rule_kind,
    rule_id,
    case when not was_there then 'added' when not is_there then 'removed' else 'changed' end
        as change,
    column_name,
    before_value,
    after_value
from compared_rules
where before_value is distinct from after_value
