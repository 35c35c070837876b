-- grain: one attribute and value
-- why: values that exactly the same filters match share a class and are matched once
-- reads: alloc_filter_values, alloc_filter_matches, alloc_cost_buckets
-- conserves: every value once, also those that no filter matches

with

known_values as (

    select distinct
        attribute,
        value
    from {{ ref('alloc_filter_values') }}

    union

    select distinct
        'description' as attribute,
        description_class as value
    from {{ ref('alloc_cost_buckets') }}

),

matches as (

    select * from {{ ref('alloc_filter_matches') }}

),

matched_filters as (

    select
        attribute,
        value,
        md5({{ sorted_text_list('filter', ' & ') }}) as filters
    from matches
    group by attribute, value

)

select
    known_values.attribute,
    known_values.value,
    case
        when
            known_values.attribute in (
                'account_id', 'cost_center_id', 'vendor', 'project_id', 'entry_type', 'description'
            )
            then coalesce(matched_filters.filters, 'no filter')
        else known_values.value
    end as value_class
from known_values
left join matched_filters
    on
        known_values.attribute = matched_filters.attribute
        and known_values.value = matched_filters.value
