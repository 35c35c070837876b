-- grain: one text of a ledger or plan line that a description filter matches, in lower case
-- why: buckets keep of a description only which filters it matches, so that texts do not multiply
-- reads: fct_ledger_lines, fct_plan_lines, fct_quantities, input_cost_model__classification_rules
-- conserves: every matched text once; a text that no filter matches counts as ''

with

ledger_lines as (

    select * from {{ ref('fct_ledger_lines') }}

),

plan_lines as (

    select * from {{ ref('fct_plan_lines') }}

),

quantities as (

    select * from {{ ref('fct_quantities') }}

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
        {{ split_to_rows('filter', '|') }} as part
    from filters

),

texts as (

    select lower(description) as description from ledger_lines where description is not null
    union
    select lower(description) as description from plan_lines where description is not null
    union
    select lower(description) as description from quantities where description is not null

),

matched_filters as (

    select distinct
        texts.description,
        filter_parts.filter
    from texts
    inner join filter_parts on {{ matches_pattern('texts.description', 'filter_parts.part') }}

)

select
    description,
    {{ sorted_text_list('filter', ' <and> ') }} as description_class
from matched_filters
group by description
