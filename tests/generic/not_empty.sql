-- asserts: the relation holds at least one row (with `where`: at least one such row)
-- arguments: none
-- a failure means: a step upstream delivered nothing, so every other test here passed for no reason
-- failing rows: one row that names the relation
{% test not_empty(model) %}

with

row_counts as (

    select count(*) as row_count from {{ model }}

)

select
    '{{ model | string | replace("'", "''") | replace("\n", " ") }}' as empty_relation,
    row_count
from row_counts
where row_count = 0

{% endtest %}
