-- grain: one proposed rule set that is computed
-- why: what a proposal is compared with: the nearest set that it is based on and that is computed
-- reads: dim_rule_sets, alloc_rule_set_lineage
-- conserves: every proposed rule set; one without a base is compared with the current set

with

rule_sets as (

    select * from {{ ref('dim_rule_sets') }}

),

lineage as (

    select * from {{ ref('alloc_rule_set_lineage') }}

),

offered_bases as (

    select
        proposed.rule_set,
        bases.rule_set as based_on,
        lineage.distance
    from rule_sets as proposed
    inner join lineage on proposed.rule_set = lineage.rule_set and lineage.distance > 0
    inner join rule_sets as bases on lineage.defined_in = bases.rule_set
    where proposed.status = 'proposed' and proposed.rule_set <> bases.rule_set

    union all

    select
        proposed.rule_set,
        bases.rule_set as based_on,
        1000 as distance
    from rule_sets as proposed
    inner join rule_sets as bases on bases.status = 'current'
    where proposed.status = 'proposed'

)

select
    rule_set,
    based_on
from offered_bases
qualify row_number() over (partition by rule_set order by distance, based_on) = 1
