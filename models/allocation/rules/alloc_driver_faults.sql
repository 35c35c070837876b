-- grain: one fault of a rule in the driver that it weighs by
-- why: a driver without values, or with values that cannot be weights, is said early
-- reads: alloc_effective_rules, alloc_driver_values
-- conserves: every fault once

with

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        driver_id,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}
    where method = 'driver' and driver_id is not null

),

drivers as (

    select
        driver_id,
        count(case when is_known_receiver then 1 end) as known_receivers,
        min(case when not is_known_receiver then to_id end) as unknown_receiver,
        min(case when quantity < 0 then to_id end) as negative_receiver,
        min(case when quantity >= 1000000000000 then to_id end) as heavy_receiver
    from {{ ref('alloc_driver_values') }}
    group by driver_id

),

faults as (

    select
        'warning' as severity,
        'driver_without_values' as fault,
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'weighs by the driver ' || rules.driver_id || ', of which no value is known; '
        || 'its money stays unallocated as no_driver_data' as message
    from rules
    left join drivers on rules.driver_id = drivers.driver_id
    where coalesce(drivers.known_receivers, 0) = 0

    union all

    select
        'warning',
        'unknown_receiver',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'weighs by the driver ' || rules.driver_id || ', which has values for objects that do not '
        || 'exist, such as ' || drivers.unknown_receiver || '; they receive nothing'
    from rules
    inner join drivers on rules.driver_id = drivers.driver_id
    where drivers.unknown_receiver is not null

    union all

    select
        case when rules.driver_id = 'cloud_effective_cost' then 'warning' else 'error' end,
        'negative_weight',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'weighs by the driver '
        || rules.driver_id
        || ', which is negative in some period, such as for '
        || drivers.negative_receiver
        || case
            when rules.driver_id = 'cloud_effective_cost' then '; there it counts as 0'
            else '; correct the deliveries, a weight is never below 0'
        end
    from rules
    inner join drivers on rules.driver_id = drivers.driver_id
    where drivers.negative_receiver is not null

    union all

    select
        'error',
        'weight_too_large',
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        'weighs by the driver ' || rules.driver_id || ', which is a million millions or more, such '
        || 'as for ' || drivers.heavy_receiver || '; deliver it in a larger unit, such as gigabytes'
    from rules
    inner join drivers on rules.driver_id = drivers.driver_id
    where drivers.heavy_receiver is not null

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
