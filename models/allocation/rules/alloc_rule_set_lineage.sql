-- grain: one computed rule set and one set whose rules hold in it, itself at distance 0
-- why: a proposed rule set holds only what it changes; the rest is that of its base
-- reads: dim_rule_sets, input_cost_model__rule_sets
-- conserves: every computed rule set at distance 0; a circle ends after 20 steps

with recursive

rule_sets as (

    select * from {{ ref('dim_rule_sets') }}

),

delivered_rule_sets as (

    select * from {{ ref('input_cost_model__rule_sets') }}

),

lineage as (

    select
        rule_set,
        rule_set as defined_in,
        0 as distance
    from rule_sets

    union all

    select
        lineage.rule_set,
        delivered_rule_sets.based_on,
        lineage.distance + 1
    from lineage
    inner join delivered_rule_sets on lineage.defined_in = delivered_rule_sets.rule_set
    where delivered_rule_sets.based_on is not null and lineage.distance < 20

)

select
    rule_set,
    defined_in,
    min(distance) as distance,
    max(distance) as last_distance
from lineage
group by rule_set, defined_in
