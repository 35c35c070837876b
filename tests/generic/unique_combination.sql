-- asserts: no two rows share the same values in the given columns; nulls count as equal
-- arguments: columns, a list of column names
-- a failure means: the grain is not what the model says; joins on it would multiply money
-- failing rows: the repeated values and how often they occur
{% test unique_combination(model, columns) %}

with

repeated_combinations as (

    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1

)

select * from repeated_combinations

{% endtest %}
