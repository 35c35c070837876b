-- grain: one classification rule that tags with a cost pool outside the standard
-- why: a misspelled pool would look like one of the company's own
-- reads: alloc_classification_rules, dim_cost_pools
-- conserves: every such rule once

with

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        cost_pool,
        cost_sub_pool,
        file_name,
        line_number
    from {{ ref('alloc_classification_rules') }}

),

cost_pools as (

    select distinct
        cost_pool,
        cost_sub_pool
    from {{ ref('dim_cost_pools') }}
    where is_standard

),

alike_pools as (

    select
        rules.cost_pool,
        {{ nearest_name('rules.cost_pool', 'cost_pools.cost_pool') }} as alike
    from rules
    inner join cost_pools on {{ is_near_name('rules.cost_pool', 'cost_pools.cost_pool') }}
    group by rules.cost_pool

)

select
    case
        when rules.cost_pool in (select known.cost_pool from cost_pools as known) then 'warning'
        else 'error'
    end as severity,
    'cost_pool_outside_standard' as fault,
    rules.rule_set,
    rules.rule_id,
    rules.file_name,
    rules.line_number,
    'tags with ' || rules.cost_pool || ' / ' || rules.cost_sub_pool
    || ', which the standard does not have'
    || case
        when rules.cost_pool in (select known.cost_pool from cost_pools as known) then ''
        else {{ did_you_mean('alike_pools.alike', 'rules.cost_pool') }}
    end
    || '; '
    || case
        when rules.cost_pool in (select known.cost_pool from cost_pools as known)
            then 'the sub-pool counts as an addition of the company'
        else 'correct the name of the pool'
    end as message
from rules
left join cost_pools
    on rules.cost_pool = cost_pools.cost_pool and rules.cost_sub_pool = cost_pools.cost_sub_pool
left join alike_pools on rules.cost_pool = alike_pools.cost_pool
where cost_pools.cost_pool is null
