-- asserts: every row of an earlier relation is still here, counted by its key; nulls count as equal
-- arguments: rows_of, the earlier relation; keys, columns that all relations have;
--   or_in, further relations in which a row may stand instead, such as the rejected rows;
--   none_added, false unless given: true also fails on rows that the earlier relation lacks
-- a failure means: a join or a filter dropped rows (or multiplied them, with none_added)
-- failing rows: the key, and how many rows there were before and are after
{% test no_rows_lost(model, rows_of, keys, or_in=[], none_added=false) %}

with

rows_before_and_after as (

    select
        {{ keys | join(', ') }},
        1 as before_count,
        0 as after_count
    from {{ rows_of }}

    {% for relation in [model] + or_in %}
    union all

    select
        {{ keys | join(', ') }},
        0 as before_count,
        1 as after_count
    from {{ relation }}
    {% endfor %}

),

counts_by_key as (

    select
        {{ keys | join(', ') }},
        sum(before_count) as rows_before,
        sum(after_count) as rows_after
    from rows_before_and_after
    group by {{ keys | join(', ') }}

),

keys_that_changed as (

    select *
    from counts_by_key
    where rows_after {{ '<>' if none_added else '<' }} rows_before

)

select * from keys_that_changed

{% endtest %}
