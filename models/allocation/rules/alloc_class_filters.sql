-- grain: one attribute, class of values and filter that matches it; * matches every class
-- why: rules meet classes by equality, many times faster than by "empty or equal"
-- reads: alloc_value_classes, alloc_filter_matches
-- conserves: every class at least once, under *

with

classes as (

    select * from {{ ref('alloc_value_classes') }}

),

matches as (

    select * from {{ ref('alloc_filter_matches') }}

)

select distinct
    classes.attribute,
    classes.value_class,
    matches.filter
from classes
inner join matches
    on classes.attribute = matches.attribute and classes.value = matches.value

union all

select distinct
    attribute,
    value_class,
    '*' as filter
from classes
