-- grain: one attribute, filter and value that the filter matches
-- why: the only place where filters are evaluated; rules join on the result
-- reads: rule filters, classification rules, alloc_filter_values, alloc_description_classes
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
        {{ filter_members('filter') }} as member
    from filters

),

description_classes as (

    select distinct description_class from {{ ref('alloc_description_classes') }}

    union

    select '' as description_class

),

described_filters as (

    select distinct
        description_class,
        {{ split_to_rows('description_class', ' <and> ') }} as filter
    from description_classes

),

leaving_out_filters as (

    select distinct description_filter as filter
    from {{ ref('alloc_classification_rules') }}
    where description_filter <> '*' and {{ only_leaves_out('description_filter') }}

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
            and {{ matches_pattern(
                'filter_values.found_under', member_name('filter_parts.member')
            ) }}
    group by filter_parts.attribute, filter_parts.filter, filter_values.value
    having not bool_or({{ is_left_out('filter_parts.member') }})

    union all

    select
        'description' as attribute,
        filter,
        description_class as value
    from described_filters
    where description_class <> '' and not {{ only_leaves_out('filter') }}

    union all

    -- a class of texts names such a filter where one of its members meets them
    select
        'description' as attribute,
        leaving_out_filters.filter,
        description_classes.description_class as value
    from leaving_out_filters
    cross join description_classes
    left join described_filters
        on
            leaving_out_filters.filter = described_filters.filter
            and description_classes.description_class = described_filters.description_class
    where described_filters.filter is null

)

select
    attribute,
    filter,
    value
from matches
