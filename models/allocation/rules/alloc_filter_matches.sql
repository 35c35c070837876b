-- grain: one attribute, filter and value that the filter matches
-- why: the only place where filters are evaluated; rules join on the result
-- reads: alloc_rule_filters, alloc_filter_values, alloc_description_classes
-- conserves: every match once; the filter that means any is not listed

with

filters as (

    select * from {{ ref('alloc_rule_filters') }}

),

filter_values as (

    select * from {{ ref('alloc_filter_values') }}

),

filter_parts as (

    select
        attribute,
        filter,
        {{ split_to_rows('filter', '|') }} as part
    from filters

),

description_classes as (

    select distinct description_class from {{ ref('alloc_description_classes') }}

),

matches as (

    select
        filter_parts.attribute,
        filter_parts.filter,
        filter_values.value
    from filter_parts
    inner join filter_values
        on
            filter_parts.attribute = filter_values.attribute
            and {{ matches_pattern('filter_values.found_under', 'filter_parts.part') }}

    union

    select
        'description' as attribute,
        {{ split_to_rows('description_class', ' <and> ') }} as filter,
        description_class as value
    from description_classes

)

select
    attribute,
    filter,
    value
from matches
