-- grain: one fault of a fixed_percent rule, or of percentages without one
-- why: percentages that do not add up would lose or invent money
-- reads: percentages, fallbacks and rejects of the cost model, effective rules, cost buckets
-- conserves: every fault once

with

percentages as (

    select * from {{ ref('input_cost_model__allocation_percentages') }}

),

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        method,
        file_name,
        line_number,
        coalesce(valid_to >= (select min(fiscal_period) from {{ ref('alloc_cost_buckets') }}), true)
            as holds
    from {{ ref('alloc_effective_rules') }}

),

lineage as (

    select distinct defined_in from {{ ref('alloc_rule_set_lineage') }}

),

fallbacks as (

    select distinct
        rule_set,
        rule_id
    from {{ ref('input_cost_model__allocation_fallbacks') }}
    where method = 'fixed_percent'

),

rules_by_percent as (

    select rules.*
    from rules
    left join fallbacks on rules.rule_set = fallbacks.rule_set and rules.rule_id = fallbacks.rule_id
    where
        rules.method = 'fixed_percent'
        or (rules.method = 'hybrid' and fallbacks.rule_id is not null)

),

-- a row that cannot be read is a fault of its own: what it leaves of a sum says nothing
unreadable as (

    select distinct rule_id
    from {{ ref('input_cost_model__rejected_rules') }}
    where table_name = 'allocation_percentages' and rule_id is not null

    union

    -- a record that could not be cut may belong to any rule
    select rule_id
    from rules
    where
        exists (
            select 1 from {{ ref('input_cost_model__rejected_rules') }}
            where table_name = 'allocation_percentages' and rule_id is null
        )

),

sums as (

    select
        rules.rule_set,
        rules.rule_id,
        rules.method,
        rules.file_name,
        rules.line_number,
        rules.holds,
        count(percentages.to_id) as receivers,
        cast(coalesce(sum(percentages.percentage), 0) as decimal(38, 12)) as total_percentage,
        max(percentages.percentage) as largest_percentage
    from rules_by_percent as rules
    left join percentages
        on rules.rule_set = percentages.rule_set and rules.rule_id = percentages.rule_id
    group by
        rules.rule_set, rules.rule_id, rules.method, rules.file_name, rules.line_number,
        rules.holds

),

faults as (

    select
        'error' as severity,
        'percentages' as fault,
        rule_set,
        rule_id,
        file_name,
        line_number,
        case
            when receivers = 0
                then 'uses the method fixed_percent and has no row in allocation_percentages; '
                    || 'add rows there that add up to 100'
            else
                'has percentages that add up to '
                || rtrim(rtrim(cast(total_percentage as varchar), '0'), '.')
                || ' and not to 100; correct them'
                || case
                    when total_percentage = 1 then ': 60 percent is written 60, not 0.6'
                    when abs(total_percentage - 100) < 0.000000001
                        then ': they count to the twelfth decimal'
                    when total_percentage < 100
                        then ', or say who takes the rest: an object or UNALLOCATED, with the word '
                            || 'rest for its percentage'
                    else ''
                end
        end as message
    from sums
    where
        total_percentage <> 100
        and (receivers > 0 or method = 'fixed_percent' and holds)
        and rule_id not in (select rule_id from unreadable)

    union all

    select
        'warning',
        'tiny_percentages',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'gives one receiver '
        || rtrim(rtrim(cast(largest_percentage as varchar), '0'), '.')
        || ' percent and all others together 1 or less; '
        || 'if that is not meant: 60 percent is written 60, not 0.6'
    from sums
    where total_percentage = 100 and largest_percentage >= 99 and largest_percentage < 100

    union all

    select
        'error',
        'percentage_without_rule',
        percentages.rule_set,
        percentages.rule_id,
        percentages.file_name,
        min(percentages.line_number),
        'has ' || {{ counted('count(*)', 'row') }} || ' of percentages, but rule set '
        || percentages.rule_set || ' defines no fixed_percent rule of that id, '
        || 'nor a hybrid rule that tries it; '
        || 'copy the rule into the set, or remove them'
    from percentages
    inner join lineage on percentages.rule_set = lineage.defined_in
    left join rules_by_percent as rules
        on percentages.rule_set = rules.rule_set and percentages.rule_id = rules.rule_id
    where rules.rule_id is null
    group by percentages.rule_set, percentages.rule_id, percentages.file_name

)

select
    severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
