-- grain: one computed rule set and target set that its rules can name
-- why: a rule set may replace a target set; the nearest set of rules that defines it counts
-- reads: input_cost_model__target_sets, alloc_rule_set_lineage
-- conserves: every target set of every rule set once; those of every rule set come last

with

target_sets as (

    select
        target_set,
        rule_set,
        max(case when to_layer = 'resource_tower' then 1 else 0 end) as holds_towers
    from {{ ref('input_cost_model__target_sets') }}
    group by target_set, rule_set

),

lineage as (

    select * from {{ ref('alloc_rule_set_lineage') }}

),

offered_sets as (

    select
        lineage.rule_set,
        target_sets.target_set,
        target_sets.rule_set as defined_in,
        target_sets.holds_towers,
        lineage.distance
    from lineage
    inner join target_sets on lineage.defined_in = target_sets.rule_set

    union all

    select
        lineage.rule_set,
        target_sets.target_set,
        '*',
        target_sets.holds_towers,
        1000
    from lineage
    cross join target_sets
    where lineage.distance = 0 and target_sets.rule_set = '*'

)

select
    rule_set,
    target_set,
    defined_in,
    holds_towers
from offered_sets
qualify row_number() over (partition by rule_set, target_set order by distance) = 1
