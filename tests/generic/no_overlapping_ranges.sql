-- asserts: within a group no two ranges overlap and none ends before it starts
-- arguments: starts and ends, the columns of the range, dates or numbers; a null start reaches back
--   without limit, a null end forward; by, the columns that form a group (none: all rows together);
--   end_included, false unless given: true where the end still belongs to the range, as in valid_to
-- a failure means: for some moment two rows are valid at once, and a lookup would return both
-- failing rows: the group, the range, the latest end before it and what is wrong
{% test no_overlapping_ranges(model, starts, ends, by=[], end_included=false) %}

{% set before_this_row %}
    over (
        {% if by %}
        partition by {{ by | join(', ') }}
        {% endif %}
        order by
            case when {{ starts }} is null then 0 else 1 end,
            {{ starts }},
            {{ ends }}
        rows between unbounded preceding and 1 preceding
    )
{% endset %}

with

ranges_that_hold_something as (

    select
        {% for column in by %}
        {{ column }},
        {% endfor %}
        {{ starts }},
        {{ ends }}
    from {{ model }}
    {% if not end_included %}
    where {{ starts }} is null or {{ ends }} is null or {{ starts }} <> {{ ends }}
    {% endif %}

),

ranges_with_the_one_before as (

    select
        *,
        count(*) {{ before_this_row }} as ranges_before,
        max({{ ends }}) {{ before_this_row }} as latest_end_before,
        max(case when {{ ends }} is null then 1 else 0 end)
            {{ before_this_row }} as open_end_before
    from ranges_that_hold_something

),

ranges_judged as (

    select
        {% for column in by %}
        {{ column }},
        {% endfor %}
        {{ starts }},
        {{ ends }},
        latest_end_before,
        case
            when {{ ends }} < {{ starts }} then 'ends before it starts'
            when ranges_before = 0 then null
            when {{ starts }} is null or open_end_before = 1 then 'overlaps'
            when {{ starts }} {{ '<=' if end_included else '<' }} latest_end_before
                then 'overlaps'
        end as fault
    from ranges_with_the_one_before

)

select * from ranges_judged
where fault is not null

{% endtest %}
