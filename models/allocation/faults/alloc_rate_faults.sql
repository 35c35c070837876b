-- grain: one rule and driver by which it charges more than a layer can hold
-- why: a slip of a rate or of a unit is said with its rule, not by an overflow
-- reads: alloc_effective_rules, alloc_object_candidates, alloc_driver_values
-- conserves: every such rule once for each of its two drivers

with

rates as (

    select distinct
        rule_set as computed_rule_set,
        defined_in as rule_set,
        rule_id,
        {{ split_to_rows("driver_id || coalesce('|' || budget_driver_id, '')", '|') }} as driver_id,
        rate,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}
    where method = 'standard_rate' and driver_id is not null

),

senders as (

    select distinct
        rule_set,
        rule_id,
        from_id
    from {{ ref('alloc_object_candidates') }}

),

quantities as (

    select
        driver_id,
        from_id,
        driver_period,
        sum(cast(quantity as double)) as quantity
    from {{ ref('alloc_driver_values') }}
    where quantity > 0 and driver_id in (select driver_id from rates)
    group by driver_id, from_id, driver_period

)

select
    'error' as severity,
    'charge_too_large' as fault,
    rates.rule_set,
    rates.rule_id,
    rates.file_name,
    rates.line_number,
    'charges ' || rtrim(rtrim(cast(rates.rate as varchar), '0'), '.')
    || ' for each unit of the driver ' || rates.driver_id
    || ', together more than a layer can hold in the period from '
    || cast(min(quantities.driver_period) as varchar)
    || '; correct the rate, or the unit of the driver' as message
from rates
inner join quantities on rates.driver_id = quantities.driver_id
left join senders
    on
        rates.computed_rule_set = senders.rule_set
        and rates.rule_id = senders.rule_id
        and quantities.from_id = senders.from_id
where
    cast(rates.rate as double) * quantities.quantity >= 90000000000000
    -- values from an object that the rule does not take charge nothing
    and (quantities.from_id = '*' or senders.from_id is not null)
group by
    rates.rule_set, rates.rule_id, rates.driver_id, rates.rate, rates.file_name, rates.line_number
