-- grain: one kind of odd row in the relations and items that rules walk
-- why: a misspelled item or class leaves weights out without a word
-- reads: relationships, items, objects, filters, offers, rules, fallbacks
-- conserves: every kind once, and every class, with an example and the number of its rows

with

methods as (

    select method from {{ ref('alloc_effective_rules') }}
    union
    select method from {{ ref('input_cost_model__allocation_fallbacks') }}

),

known_ids as (

    select ci_id as known_id from {{ ref('dim_configuration_items') }}
    union
    select object_id from {{ ref('alloc_objects') }}

),

relation_ends as (

    select
        from_id as end_id,
        file_name,
        line_number
    from {{ ref('bridge_object_relationships') }}
    where 'relationship' in (select method from methods)

    union all

    select
        to_id,
        file_name,
        line_number
    from {{ ref('bridge_object_relationships') }}
    where 'relationship' in (select method from methods)

),

stray_ends as (

    select relation_ends.*
    from relation_ends
    left join known_ids on relation_ends.end_id = known_ids.known_id
    where known_ids.known_id is null

),

alike_ids as (

    select
        stray_ends.end_id,
        {{ nearest_name('stray_ends.end_id', 'known_ids.known_id') }} as alike
    from stray_ends
    inner join known_ids on {{ is_near_name('stray_ends.end_id', 'known_ids.known_id') }}
    group by stray_ends.end_id

),

stray_examples as (

    select
        stray_ends.*,
        alike_ids.alike,
        count(*) over () as ends
    from stray_ends
    left join alike_ids on stray_ends.end_id = alike_ids.end_id
    qualify
        row_number() over (
            order by
                case when alike_ids.alike is null then 1 else 0 end, stray_ends.file_name,
                stray_ends.line_number, stray_ends.end_id
        ) = 1

),

read_classes as (

    select distinct classes.value_class as ci_class
    from {{ ref('alloc_class_filters') }} as classes
    inner join {{ ref('alloc_offers') }} as offers on classes.filter = offers.driver_filter
    where classes.attribute = 'ci_class' and offers.method_used = 'relationship'

),

-- a class that no rule reads and that is nearly one that is read
class_slips as (

    select
        items.ci_class,
        min(items.ci_id) as ci_id,
        count(distinct items.ci_id) as items,
        {{ nearest_name('items.ci_class', 'read_classes.ci_class') }} as alike
    from {{ ref('dim_configuration_items') }} as items
    inner join read_classes
        on {{ is_near_name('items.ci_class', 'read_classes.ci_class') }}
    where items.ci_class not in (select known.ci_class from read_classes as known)
    group by items.ci_class

)

select
    'stray_relation' as fault,
    end_id as object_id,
    file_name,
    line_number,
    'The relation names ' || end_id || ', which is no item, service or application'
    || {{ did_you_mean('alike', 'end_id') }}
    || case when ends > 1 then ', one of ' || cast(ends as varchar) || ' such ends' else '' end
    || '; nothing is reached through it: correct the name, or deliver the object' as message
from stray_examples

union all

select
    'class_slip',
    ci_id,
    null,
    null,
    'The class ' || ci_class || ' of ' || ci_id
    || case when items > 1 then ', one of ' || cast(items as varchar) || ' items,' else '' end
    || ' is read by no rule' || {{ did_you_mean('alike', 'ci_class') }}
    || '; the items of other classes carry what it would: correct the class'
from class_slips
