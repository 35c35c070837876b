-- asserts: in every group the shares add up to one, and none of them is null or negative
-- arguments: by, the columns that form a group, such as the sender and the period;
--   tolerance, the largest accepted distance from one, 0 unless given (doubles need one)
-- a failure means: a sender would hand on more or less than it has
-- failing rows: the group, the sum, how many shares it has and how many of them are unusable
{% test shares_sum_to_one(model, column_name, by, tolerance=0) %}

with

shares_by_group as (

    select
        {{ by | join(', ') }},
        coalesce(sum({{ column_name }}), 0) as share_sum,
        count(*) as share_count,
        sum(
            case when {{ column_name }} >= 0 then 0 else 1 end
        ) as unusable_share_count
    from {{ model }}
    group by {{ by | join(', ') }}

),

groups_that_do_not_add_up as (

    select *
    from shares_by_group
    where
        abs(share_sum - 1) > {{ tolerance }}
        or unusable_share_count > 0

)

select * from groups_that_do_not_add_up

{% endtest %}
