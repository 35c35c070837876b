-- grain: one rule set, fiscal period and object of the solution layer
-- why: which part of what passes the object leaves the network, or rests for want of a rule
-- reads: alloc_objects, dim_rule_sets, dim_fiscal_periods, alloc_shares
-- conserves: 1 for objects that no rule takes

with

objects as (

    select * from {{ ref('alloc_objects') }} where layer = 'solution'

),

rule_sets as (

    select * from {{ ref('dim_rule_sets') }}

),

fiscal_periods as (

    select * from {{ ref('dim_fiscal_periods') }}

),

shares as (

    select * from {{ ref('alloc_shares') }} where sender_layer = 'solution'

),

parts as (

    select
        rule_set,
        fiscal_period,
        from_id,
        sum(case when to_layer = 'solution' then 0 else units end) as leaving_units,
        max(total_units) as total_units
    from shares
    group by rule_set, fiscal_period, from_id

)

select
    rule_sets.rule_set,
    fiscal_periods.fiscal_period,
    objects.object_id as service_id,
    coalesce(cast(parts.leaving_units as double) / cast(parts.total_units as double), 1)
        as exit_share
from objects
cross join rule_sets
cross join fiscal_periods
left join parts
    on
        rule_sets.rule_set = parts.rule_set
        and fiscal_periods.fiscal_period = parts.fiscal_period
        and objects.object_id = parts.from_id
