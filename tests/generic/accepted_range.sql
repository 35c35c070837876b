-- asserts: every value of the column lies between min_value and max_value; a null is not judged
-- arguments: min_value and max_value, numbers or SQL expressions, at least one of them;
--   ends_included, true unless said otherwise: whether the ends themselves are accepted
-- a failure means: a value that cannot be right, such as a negative quantity or a share above one
-- failing rows: the whole rows, so that the key is at hand
{% test accepted_range(model, column_name, min_value=none, max_value=none, ends_included=true) %}

{% if min_value is none and max_value is none %}
    {{ exceptions.raise_compiler_error(
        "accepted_range on " ~ column_name ~ ": give min_value, max_value or both"
    ) }}
{% endif %}

with

rows_out_of_range as (

    select *
    from {{ model }}
    where
        false
        {% if min_value is not none %}
        or {{ column_name }} {{ '<' if ends_included else '<=' }} {{ min_value }}
        {% endif %}
        {% if max_value is not none %}
        or {{ column_name }} {{ '>' if ends_included else '>=' }} {{ max_value }}
        {% endif %}

)

select * from rows_out_of_range

{% endtest %}
