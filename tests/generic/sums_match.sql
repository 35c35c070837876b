-- asserts: the sum of a column equals the sum of a column of another relation, group by group
-- arguments: to, the other relation; to_column, its column (the same name unless given);
--   by, columns of both relations that form the groups (none: one grand total);
--   to_where, a condition on the other relation (a `where` in config filters this one);
--   tolerance, the largest accepted difference, 0 unless given
-- a failure means: money was lost, invented or moved to another group between the two
-- failing rows: the group, both sums and their difference (this minus the other)
{% test sums_match(model, column_name, to, to_column=none, by=[], to_where=none, tolerance=0) %}

with

both_sides as (

    select
        {% for column in by %}
        {{ column }},
        {% endfor %}
        {{ column_name }} as this_value,
        null as other_value
    from {{ model }}

    union all

    select
        {% for column in by %}
        {{ column }},
        {% endfor %}
        null as this_value,
        {{ to_column or column_name }} as other_value
    from {{ to }}
    {% if to_where %}
    where {{ to_where }}
    {% endif %}

),

sums_by_group as (

    select
        {% for column in by %}
        {{ column }},
        {% endfor %}
        coalesce(sum(this_value), 0) as this_sum,
        coalesce(sum(other_value), 0) as other_sum
    from both_sides
    {% if by %}
    group by {{ by | join(', ') }}
    {% endif %}

),

sums_that_differ as (

    select
        *,
        this_sum - other_sum as difference
    from sums_by_group
    where abs(this_sum - other_sum) > {{ tolerance }}

)

select * from sums_that_differ

{% endtest %}
