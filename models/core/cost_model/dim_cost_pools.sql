-- grain: one expense type, cost pool and cost sub-pool
-- why: names and meaning of the first layer
-- reads: seed tbm_cost_pools, classification rules
-- conserves: the standard's names, the company's additions and UNCLASSIFIED

with

standard as (

    select * from {{ ref('tbm_cost_pools') }}

),

rules as (

    select * from {{ ref('input_cost_model__classification_rules') }}

)

select
    expense_type,
    cost_pool,
    cost_sub_pool,
    true as is_standard,
    description
from standard

union all

select distinct
    coalesce(rules.expense_type, 'OpEx'),
    rules.cost_pool,
    rules.cost_sub_pool,
    false,
    'Addition of the company.'
from rules
where
    not exists (
        select 1
        from standard
        where
            standard.cost_pool = rules.cost_pool
            and standard.cost_sub_pool = rules.cost_sub_pool
    )

union all

select
    types.expense_type,
    'UNCLASSIFIED',
    'UNCLASSIFIED',
    false,
    'Money that no classification rule took.'
from (values ('OpEx'), ('CapEx')) as types (expense_type)
