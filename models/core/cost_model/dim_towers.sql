-- grain: one sub-tower
-- why: names, meaning and unit of the resource tower layer
-- reads: seed tbm_resource_towers
-- conserves: the standard's names and DIRECT, where money stands that skips the layer

with

standard as (

    select * from {{ ref('tbm_resource_towers') }}

)

select
    sub_tower,
    tower,
    domain,
    unit_of_measure,
    description
from standard

union all

select
    'DIRECT',
    'DIRECT',
    'DIRECT',
    null,
    'Money that reaches a later layer without a tower.'
