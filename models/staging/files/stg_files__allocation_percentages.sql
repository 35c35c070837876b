-- grain: one receiver of a fixed_percent rule, usable or not
-- why: casts delivered text to the contract's types, the word rest too, or says why it cannot
-- reads: landing.cost_model__allocation_percentages
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cost_model__allocation_percentages') }}

),

typed as (

    select
        {{ as_text('rule_id') }} as rule_id,
        {{ as_text('rule_set') }} as rule_set,
        {{ as_code('to_layer', ['resource_tower', 'solution', 'consumer']) }} as to_layer,
        {{ as_text('to_id') }} as to_id,
        {{ as_number('percentage') }} as percentage,
        lower({{ replace_each('percentage', blanks(), '') }}) = 'rest' as is_rest,
        file_name,
        line_number,
        {{ delivered_texts(['percentage']) }} as delivered_text
    from delivered

),

added_up as (

    select
        *,
        coalesce(
            sum(case when percentage < 1000000 then percentage end) over (
                partition by rule_set, rule_id
            ),
            0
        ) as numbers
    from typed

),

-- a sum beyond 100 is told of the rule, not of the row that takes the rest
filled as (

    select
        rule_id,
        rule_set,
        to_layer,
        to_id,
        is_rest,
        case when is_rest then greatest(100 - numbers, 0) else percentage end as percentage,
        file_name,
        line_number,
        delivered_text
    from added_up

),

checked as (

    select
        *,
        {{ row_fault(
            required=['rule_id', 'rule_set', 'to_layer', 'to_id', 'percentage'],
            numbers=['percentage'],
            codes={
                'to_layer': ['resource_tower', 'solution', 'consumer'],
            },
            not_negative=['percentage'],
        ) }} as row_fault
    from filled

)

select
    rule_id,
    rule_set,
    to_layer,
    to_id,
    cast(percentage as decimal(38, 12)) as percentage,
    file_name,
    line_number,
    coalesce(
        row_fault,
        case when percentage >= 1000000 then 'too_large:percentage' end,
        {{ repeated_key(['rule_set', 'rule_id', 'to_id'], 'row_fault') }},
        case
            when
                is_rest
                and row_number() over (
                    partition by rule_set, rule_id, is_rest order by file_name, line_number
                ) > 1
                then 'repeated_key:percentage'
        end
    ) as reject_reason
from checked
