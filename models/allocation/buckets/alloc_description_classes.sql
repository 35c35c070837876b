-- grain: one period and text of a line that a description filter matches
-- why: buckets keep of a description only which filters it matches, so that texts do not multiply
-- reads: fct_ledger_lines, fct_plan_lines, fct_quantities, input_cost_model__classification_rules
-- conserves: every met text once; of a filter like !a the class names those that it leaves out

with

ledger_lines as (

    select * from {{ ref('fct_ledger_lines') }} where {{ in_stale_periods() }}

),

plan_lines as (

    select * from {{ ref('fct_plan_lines') }} where {{ in_stale_periods() }}

),

quantities as (

    select * from {{ ref('fct_quantities') }} where {{ in_stale_periods() }}

),

classification_rules as (

    select * from {{ ref('input_cost_model__classification_rules') }}

),

filters as (

    select distinct {{ filter_text('description') }} as filter
    from classification_rules
    where {{ filter_text('description') }} <> '*'

),

filter_parts as (

    select
        filter,
        {{ split_to_rows('filter', '|') }} as member
    from filters

),

texts as (

    select
        fiscal_period,
        description
    from ledger_lines

    union all

    select
        fiscal_period,
        description
    from plan_lines

    union all

    select
        fiscal_period,
        description
    from quantities

),

-- texts are far fewer than lines, and few of them match
distinct_texts as (

    select distinct description from texts where description is not null

),

matched_filters as (

    select
        texts.description,
        filter_parts.filter
    from distinct_texts as texts
    inner join filter_parts
        on {{ matches_pattern('texts.description', member_name('filter_parts.member')) }}
    group by texts.description, filter_parts.filter
    having
        bool_or({{ is_left_out('filter_parts.member') }})
        = {{ only_leaves_out('filter_parts.filter') }}

),

classes as (

    select
        description,
        {{ sorted_text_list('filter', ' <and> ') }} as description_class
    from matched_filters
    group by description

)

select distinct
    texts.fiscal_period,
    classes.description,
    classes.description_class
from texts
inner join classes on texts.description = classes.description
