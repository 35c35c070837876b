-- grain: one rule set that is computed
-- why: what-if is one more rule set, not a copy of the model
-- reads: input_cost_model__rule_sets
-- conserves: every delivered set that is not retired; current when none is delivered as such

with

rule_sets as (

    select * from {{ ref('input_cost_model__rule_sets') }} where status <> 'retired'

)

select
    rule_set,
    based_on,
    status,
    description
from rule_sets

union all

select
    'current',
    null,
    'current',
    'The only rule set; none was delivered.'
where not exists (select 1 from rule_sets where status = 'current' or rule_set = 'current')
