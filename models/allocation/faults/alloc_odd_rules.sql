-- grain: one oddity that a rule shows by its own columns
-- why: what may be meant, and hardly is, should be looked at once
-- reads: alloc_effective_rules
-- conserves: every oddity once, for the set that defines the rule

with

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        method,
        driver_id,
        budget_driver_id,
        fixed_percentage,
        rate,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

),

faults as (

    select
        'zero_rate' as fault,
        rule_set,
        rule_id,
        file_name,
        line_number,
        'charges a rate of 0, so it bills nobody and all of its cost is a variance; '
        || 'give the rate, unless that is meant' as message
    from rules
    where method = 'standard_rate' and rate = 0

    union all

    select
        'small_fixed_percentage',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'has a fixed_percentage of ' || rtrim(cast(fixed_percentage as varchar), '0')
        || ', which is less than one percent; 60 percent is written 60, not 0.6'
    from rules
    where method = 'dual_rate' and fixed_percentage > 0 and fixed_percentage < 1

    union all

    select
        'one_driver_twice',
        rule_set,
        rule_id,
        file_name,
        line_number,
        case method
            when 'dual_rate'
                then
                    'weighs its fixed and its variable part by the driver ' || driver_id
                    || ', so both go alike; name the budgeted use in budget_driver_id, '
                    || 'or use the method driver'
            else
                'charges and budgets by the driver ' || driver_id
                || ', so its volume variance is always 0; '
                || 'name the budgeted use in budget_driver_id'
        end
    from rules
    where method in ('dual_rate', 'standard_rate') and driver_id = budget_driver_id

)

select
    'warning' as severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
