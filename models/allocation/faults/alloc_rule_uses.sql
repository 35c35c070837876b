-- grain: one rule and attribute that it filters on
-- why: filters of rules one below the other, so that each member can be looked up
-- reads: alloc_effective_rules, alloc_classification_rules, fallbacks
-- conserves: every filter of every rule

with

allocation_rules as (

    select * from {{ ref('alloc_effective_rules') }}

),

classification_rules as (

    select * from {{ ref('alloc_classification_rules') }}

),

uses as (

    {% for attribute, column in [
        ('account_id', 'account_filter'), ('cost_center_id', 'cost_center_filter'),
        ('vendor', 'vendor_filter'), ('project_id', 'project_filter'),
        ('entry_type', 'entry_type_filter'), ('description', 'description_filter'),
    ] -%}
    select
        '{{ attribute }}' as attribute,
        {{ column }} as filter,
        defined_in,
        rule_id,
        file_name,
        line_number
    from classification_rules

    union all

    {% endfor -%}
    {% for attribute, column in [
        ('account_id', 'account_filter'), ('cost_center_id', 'cost_center_filter'),
        ('vendor', 'vendor_filter'), ('project_id', 'project_filter'),
        ('cost_pool', 'cost_pool_filter'), ('cost_sub_pool', 'cost_sub_pool_filter'),
        ('expense_type', 'expense_type_filter'), ('object_id', 'from_filter'),
    ] -%}
    select
        '{{ attribute }}' as attribute,
        {{ column }} as filter,
        defined_in,
        rule_id,
        file_name,
        line_number
    from allocation_rules

    union all

    {% endfor -%}
    select
        'ci_class' as attribute,
        ci_class_filter as filter,
        defined_in,
        rule_id,
        file_name,
        line_number
    from allocation_rules
    where method = 'relationship'

    union all

    select
        'provider' as attribute,
        ci_class_filter as filter,
        defined_in,
        rule_id,
        file_name,
        line_number
    from allocation_rules
    where method = 'cloud_usage'

    union all

    select
        case fallbacks.method when 'relationship' then 'ci_class' else 'provider' end as attribute,
        {{ filter_text('fallbacks.driver_id') }} as filter,
        rules.defined_in,
        rules.rule_id,
        fallbacks.file_name,
        fallbacks.line_number
    from allocation_rules as rules
    inner join {{ ref('input_cost_model__allocation_fallbacks') }} as fallbacks
        on rules.defined_in = fallbacks.rule_set and rules.rule_id = fallbacks.rule_id
    where rules.method = 'hybrid' and fallbacks.method in ('relationship', 'cloud_usage')

)

select distinct
    attribute,
    filter,
    defined_in as rule_set,
    rule_id,
    file_name,
    line_number
from uses
