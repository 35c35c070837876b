-- grain: one computed rule set, rule that holds in it and filled column of the rule
-- why: rules with few columns in common, and their percentages, in a shape that can be compared
-- reads: effective rules, classification rules and the tables of the cost model behind them
-- conserves: every filled column of every rule once per rule set; an empty one has no row
{%- set allocation_columns = [
    'sender_layer', 'sequence', 'from_id', 'cost_pool', 'cost_sub_pool', 'expense_type',
    'account_id', 'cost_center_id', 'vendor', 'project_id', 'method', 'target_set', 'driver_id',
    'network', 'budget_driver_id', 'fixed_percentage', 'capacity', 'idle', 'rate', 'no_gaps',
    'owner', 'justification', 'valid_from', 'valid_to',
] %}
{%- set classification_columns = [
    'sequence', 'account_id', 'cost_center_id', 'vendor', 'project_id', 'description',
    'entry_type', 'expense_type', 'cost_pool', 'cost_sub_pool', 'owner', 'justification',
    'valid_from', 'valid_to',
] %}

with

effective_rules as (

    select * from {{ ref('alloc_effective_rules') }}

),

effective_classification_rules as (

    select * from {{ ref('alloc_classification_rules') }}

),

allocation_rules as (

    select * from {{ ref('input_cost_model__allocation_rules') }}

),

classification_rules as (

    select * from {{ ref('input_cost_model__classification_rules') }}

),

percentages as (

    select * from {{ ref('input_cost_model__allocation_percentages') }}

),

fallbacks as (

    select * from {{ ref('input_cost_model__allocation_fallbacks') }}

),

target_sets as (

    select * from {{ ref('alloc_target_sets') }}

),

members as (

    select
        rule_set,
        target_set,
        concat_ws(' ', to_layer, nullif(object_kind, '*'), to_id) as member
    from {{ ref('input_cost_model__target_sets') }}

),

named_sets as (

    select
        rule_set,
        rule_id,
        target_set
    from effective_rules
    where target_set is not null

    union

    select
        effective_rules.rule_set,
        effective_rules.rule_id,
        fallbacks.target_set
    from effective_rules
    inner join fallbacks
        on
            effective_rules.defined_in = fallbacks.rule_set
            and effective_rules.rule_id = fallbacks.rule_id
    where fallbacks.target_set is not null

),

rule_values as (
    {% for column in allocation_columns %}
    select
        effective_rules.rule_set,
        'allocation' as rule_kind,
        effective_rules.rule_id,
        '{{ column }}' as column_name,
        cast(rules.{{ column }} as varchar) as column_value
    from effective_rules
    inner join allocation_rules as rules
        on
            effective_rules.defined_in = rules.rule_set
            and effective_rules.rule_id = rules.rule_id

    union all
    {% endfor %}
    {%- for column in classification_columns %}
    select
        effective_rules.rule_set,
        'classification' as rule_kind,
        effective_rules.rule_id,
        '{{ column }}' as column_name,
        cast(rules.{{ column }} as varchar) as column_value
    from effective_classification_rules as effective_rules
    inner join classification_rules as rules
        on
            effective_rules.defined_in = rules.rule_set
            and effective_rules.rule_id = rules.rule_id

    union all
    {% endfor %}
    select
        effective_rules.rule_set,
        'allocation' as rule_kind,
        effective_rules.rule_id,
        'percentage of ' || percentages.to_layer || ' ' || percentages.to_id as column_name,
        cast(cast(percentages.percentage as double) as varchar) as column_value
    from effective_rules
    inner join percentages
        on
            effective_rules.defined_in = percentages.rule_set
            and effective_rules.rule_id = percentages.rule_id

    union all

    select
        effective_rules.rule_set,
        'allocation' as rule_kind,
        effective_rules.rule_id,
        'fallback ' || cast(fallbacks.position as varchar) as column_name,
        concat_ws(
            ' ', fallbacks.method, fallbacks.target_set, fallbacks.driver_id,
            fallbacks.capacity, fallbacks.idle, fallbacks.carry_forward
        ) as column_value
    from effective_rules
    inner join fallbacks
        on
            effective_rules.defined_in = fallbacks.rule_set
            and effective_rules.rule_id = fallbacks.rule_id

    union all

    select
        named_sets.rule_set,
        'allocation' as rule_kind,
        named_sets.rule_id,
        'members of ' || named_sets.target_set as column_name,
        {{ sorted_text_list('members.member', ' + ') }} as column_value
    from named_sets
    inner join target_sets
        on
            named_sets.rule_set = target_sets.rule_set
            and named_sets.target_set = target_sets.target_set
    inner join members
        on target_sets.defined_in = members.rule_set and target_sets.target_set = members.target_set
    group by named_sets.rule_set, named_sets.rule_id, named_sets.target_set

)

select
    rule_set,
    rule_kind,
    rule_id,
    column_name,
    column_value
from rule_values
where column_value <> ''
