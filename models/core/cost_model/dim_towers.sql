-- grain: one sub-tower
-- why: names, meaning and unit of the resource tower layer
-- reads: seed tbm_resource_towers, input_cost_model__towers
-- conserves: names of the standard, then those of the company, and DIRECT for money that skips them

with

standard as (

    select * from {{ ref('tbm_resource_towers') }}

),

additions as (

    select * from {{ ref('input_cost_model__towers') }}

)

select
    sub_tower,
    tower,
    domain,
    unit_of_measure,
    description,
    true as is_standard
from standard

union all

select
    sub_tower,
    tower,
    coalesce(
        (select min(standard.domain) from standard where standard.tower = additions.tower),
        'Company'
    ),
    null,
    description,
    false
from additions
where sub_tower not in (select standard.sub_tower from standard)

union all

select
    'DIRECT',
    'DIRECT',
    'DIRECT',
    null,
    'Money that reaches a later layer without a tower.',
    true
