-- grain: one name in a filter or target set that two objects or values bear but for the case
-- why: filters ignore case and ids keep it, so a rule on abc also takes ABC
-- reads: alloc_effective_rules, alloc_rule_uses, target sets, alloc_objects, alloc_filter_values
-- conserves: every such name of every rule and target set once; patterns name many on purpose

with

-- the kind * stands for every kind of object
values_by_place as (

    select distinct
        'object_id' as attribute,
        layer,
        {{ split_to_rows("object_kind || '|*'", '|') }} as object_kind,
        object_id as value
    from {{ ref('alloc_objects') }}

    union all

    select distinct
        attribute,
        '' as layer,
        '*' as object_kind,
        found_under as value
    from {{ ref('alloc_filter_values') }}
    where attribute <> 'object_id'

),

twins as (

    select
        attribute,
        layer,
        object_kind,
        lower(value) as name,
        min(value) as first_value,
        max(value) as last_value
    from values_by_place
    group by attribute, layer, object_kind, lower(value)
    having count(*) > 1

),

target_sets as (

    select
        *,
        {{ filter_text('to_id') }} as filter
    from {{ ref('input_cost_model__target_sets') }}

),

names as (

    select distinct
        defined_in as rule_set,
        rule_id,
        'filters on ' as naming,
        'object_id' as attribute,
        sender_layer as layer,
        '*' as object_kind,
        {{ split_to_rows('from_filter', '|') }} as member,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

    union all

    select
        rule_set,
        rule_id,
        'filters on ',
        attribute,
        '',
        '*',
        {{ split_to_rows('filter', '|') }},
        file_name,
        line_number
    from {{ ref('alloc_rule_uses') }}
    where attribute <> 'object_id'

    union all

    select
        null,
        null,
        'target set ' || target_set || ' names ',
        'object_id',
        to_layer,
        coalesce(nullif(object_kind, ''), '*'),
        {{ split_to_rows('filter', '|') }},
        file_name,
        line_number
    from target_sets

)

select distinct
    'warning' as severity,
    'two_of_one_name' as fault,
    names.rule_set,
    names.rule_id,
    names.file_name,
    names.line_number,
    names.naming || {{ member_name('names.member') }}
    || ', which takes both ' || twins.first_value || ' and '
    || twins.last_value
    || ', for filters ignore case; give one of them another id, unless both are meant' as message
from names
inner join twins
    on
        names.attribute = twins.attribute
        and names.layer = twins.layer
        and names.object_kind = twins.object_kind
        and lower({{ member_name('names.member') }}) = twins.name
